/**
 * Entries and the ports they are kept behind: {@code EntryStore}, {@code LeaseStore} and {@code
 * ChangeFeed}, with the in-memory adapters and the decorators (time-box and breaker, near cache).
 * The Redis adapters are in {@code cache.redis}; nothing here knows vectors or gRPC.
 */
@NullMarked
package dev.fairlead.cache.store;

import org.jspecify.annotations.NullMarked;
