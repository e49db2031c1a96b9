/**
 * The provider service: its entry ({@code ProviderRpcService}), wiring ({@code ProviderNode}) and
 * process ({@code Main}). Calls run through {@code generation} and {@code resilience} to the
 * adapters ({@code openai}, {@code mock}).
 */
@NullMarked
package dev.fairlead.provider;

import org.jspecify.annotations.NullMarked;
