package dev.fairlead.gateway.pipeline;

import com.google.protobuf.ByteString;
import dev.fairlead.v1.CacheScope;

/**
 * The cache entry that an answer came from.
 *
 * @param scope where it lies
 * @param id its id
 * @param fingerprint of the request that it answered, which need not be the entry's
 */
public record ServedEntry(CacheScope scope, String id, ByteString fingerprint) {}
