package dev.fairlead.cache.store;

import com.google.protobuf.ByteString;

/**
 * What separates answers that must not be mixed. Compared as a whole, never by a shortened hash.
 *
 * @param tenant owner of the entries
 * @param model model name the client asked for
 * @param digest SHA-256 over everything else that changes the answer, 32 bytes
 */
public record ScopeKey(String tenant, String model, ByteString digest) {}
