package dev.fairlead.cache.store;

import dev.fairlead.v1.CachedAnswer;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer as kept. The answer itself is the wire message: it is stored and given back, never
 * interpreted here.
 *
 * @param key where it lies
 * @param text the last user text; empty when unknown
 * @param embedding of the text; null when the entry is found exactly only
 * @param encoder fingerprint of the encoder; empty without an embedding
 * @param answer the answer
 * @param tags labels for flushing
 * @param storedAt when it was stored, whole milliseconds
 * @param expiresAt from when it is no longer served
 * @param writtenBy key id of the caller that made it; empty when unknown
 * @param requestId id of the request that made it; empty when unknown
 */
public record CacheEntry(
    EntryKey key,
    String text,
    @Nullable Embedding embedding,
    String encoder,
    CachedAnswer answer,
    List<String> tags,
    Instant storedAt,
    Instant expiresAt,
    String writtenBy,
    String requestId) {

  private static final int OVERHEAD_BYTES = 512;

  /** Copies the tags. */
  public CacheEntry {
    tags = List.copyOf(tags);
  }

  /** The entry's id. */
  public String id() {
    return key.id();
  }

  /** Whether it must no longer be served at {@code now}. */
  public boolean expired(Instant now) {
    return !expiresAt.isAfter(now);
  }

  /** What it takes in memory, roughly, bytes. */
  public int weight() {
    long bytes = OVERHEAD_BYTES + 2L * text.length() + answer.getSerializedSize();
    bytes += embedding == null ? 0 : 2L * Float.BYTES * embedding.dimension();
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }
}
