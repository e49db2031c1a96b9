/**
 * The HTTP door: endpoints, headers, limits and errors in the client's dialect, on Armeria.
 * Dialects themselves are in {@code dialect}, the life of a request in {@code pipeline}.
 */
@NullMarked
package dev.fairlead.gateway.edge;

import org.jspecify.annotations.NullMarked;
