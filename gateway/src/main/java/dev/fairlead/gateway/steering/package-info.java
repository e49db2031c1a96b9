/**
 * What is decided outside of requests and followed by all of them: the default policy, the canary's
 * stage, which breakers are open. Kept and shared through {@code state}.
 */
@NullMarked
package dev.fairlead.gateway.steering;

import org.jspecify.annotations.NullMarked;
