package dev.fairlead.gateway.pipeline;

import dev.fairlead.v1.CacheScope;

/**
 * The cache entry that an answer came from.
 *
 * @param scope where it lies
 * @param id its id
 */
public record ServedEntry(CacheScope scope, String id) {}
