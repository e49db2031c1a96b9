/**
 * The gateway's side of the answer cache: under which key a request is looked up and stored, and
 * the time-boxed calls to the cache service. What is a hit is decided there, not here.
 */
@NullMarked
package dev.fairlead.gateway.cache;

import org.jspecify.annotations.NullMarked;
