package dev.fairlead.cache.index;

import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.store.EntryKey;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * What the index keeps of an entry: enough to find it, to verify its text and to flush it, without
 * its answer.
 *
 * @param key where the entry lies
 * @param encoder fingerprint of the encoder that made the embedding
 * @param embedding of the text
 * @param text the last user text
 * @param answer digest of the answer; equal ones agree, 0 agrees with none
 * @param tags labels for flushing
 * @param storedAt when it was stored
 * @param expiresAt from when it is not found any more
 */
public record IndexedEntry(
    EntryKey key,
    String encoder,
    Embedding embedding,
    String text,
    long answer,
    List<String> tags,
    Instant storedAt,
    Instant expiresAt) {

  /** What the index keeps of an entry that has an embedding. */
  public static IndexedEntry of(CacheEntry entry, long answer) {
    return new IndexedEntry(
        entry.key(),
        entry.encoder(),
        Objects.requireNonNull(entry.embedding(), "embedding"),
        entry.text(),
        answer,
        entry.tags(),
        entry.storedAt(),
        entry.expiresAt());
  }

  /** Whether both are known to give the same answer. */
  public boolean agreesWith(IndexedEntry other) {
    return answer != 0 && answer == other.answer;
  }

  /** The entry's id. */
  public String id() {
    return key.id();
  }
}
