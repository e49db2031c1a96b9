/**
 * What stands around every adapter: circuit breaker, concurrency limit, timeouts, metrics and
 * traces as decorators, and the retry policy with its budget. Which model is tried next is decided
 * in {@code provider.generation}.
 */
@NullMarked
package dev.fairlead.provider.resilience;

import org.jspecify.annotations.NullMarked;
