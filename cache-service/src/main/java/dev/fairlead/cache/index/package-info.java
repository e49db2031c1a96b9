/**
 * Finds the nearest entries of a scope by embedding, in memory. Knows vectors, scopes and expiry;
 * does not know whether a near entry may be served, nor where answers are kept.
 */
@NullMarked
package dev.fairlead.cache.index;

import org.jspecify.annotations.NullMarked;
