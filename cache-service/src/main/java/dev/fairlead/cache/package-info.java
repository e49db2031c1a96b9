/**
 * The cache service: its gRPC entry, the life of a lookup and of a store, single-flight,
 * configuration and wiring. Where entries lie is in {@code cache.store} and {@code cache.redis},
 * how near ones are found in {@code cache.index}, and whether a near one may be served in {@code
 * cache.verify} (hard rules) and {@code cache.bound} (evidence).
 */
@NullMarked
package dev.fairlead.cache;

import org.jspecify.annotations.NullMarked;
