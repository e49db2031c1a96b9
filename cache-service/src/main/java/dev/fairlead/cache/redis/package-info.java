/**
 * The adapters that share entries, leases, changes and counters between replicas through Redis
 * (Redisson, byte codecs only). No other package of the service imports Redisson, and nothing here
 * decides what may be served.
 */
@NullMarked
package dev.fairlead.cache.redis;

import org.jspecify.annotations.NullMarked;
