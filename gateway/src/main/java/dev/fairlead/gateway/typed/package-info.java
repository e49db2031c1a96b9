/**
 * Typed requests, as gRPC callers and {@code /v1/infer} make them: the same facts that a dialect's
 * scan finds in bytes.
 */
@NullMarked
package dev.fairlead.gateway.typed;

import org.jspecify.annotations.NullMarked;
