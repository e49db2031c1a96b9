/**
 * A canary: a candidate model that takes over a baseline's traffic in stages, judged by its own
 * first tries. What is here is pure: rules and immutable states. Who keeps the state is {@code
 * state}; who assigns requests is {@code steering}.
 */
@NullMarked
package dev.fairlead.gateway.canary;

import org.jspecify.annotations.NullMarked;
