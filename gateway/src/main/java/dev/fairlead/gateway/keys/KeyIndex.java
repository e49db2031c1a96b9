package dev.fairlead.gateway.keys;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys of one version of the book by their hashes. Immutable. */
final class KeyIndex {

  /** The book that is indexed. */
  final KeyBook book;

  /** Whoever asks without a key, while none exists. */
  final Principal anonymous;

  private final Map<TokenHash, Entry> entries = new HashMap<>();

  /**
   * @param until end of a rotated key's grace; null for the key in force
   */
  private record Entry(ApiKey key, @Nullable Instant until, Principal principal) {}

  KeyIndex(KeyBook book) {
    this.book = book;
    this.anonymous = Principal.anonymous(book.quota(Principal.DEFAULT_TENANT, ""));
    for (ApiKey key : book.keys()) {
      Principal principal = principal(key);
      entries.put(TokenHash.ofHex(key.hash()), new Entry(key, null, principal));
      if (!key.previousHash().isEmpty() && key.previousUntil() != null) {
        entries.put(
            TokenHash.ofHex(key.previousHash()), new Entry(key, key.previousUntil(), principal));
      }
    }
  }

  private Principal principal(ApiKey key) {
    return new Principal(
        key.tenant(),
        key.team(),
        key.id(),
        key.tags(),
        key.grants(),
        key.quota(),
        key.team().isEmpty() ? Quota.NONE : book.quota(key.tenant(), key.team()),
        book.quota(key.tenant(), ""),
        key.cache());
  }

  /** Whether there is such a key, whatever has become of it. */
  boolean knows(TokenHash hash) {
    return entries.containsKey(hash);
  }

  /** Whose key this is; null when it does not work at {@code now}. */
  @Nullable Principal find(TokenHash hash, Instant now) {
    Entry entry = entries.get(hash);
    if (entry == null || !entry.key().activeAt(now)) {
      return null;
    }
    Instant until = entry.until();
    return until == null || now.isBefore(until) ? entry.principal() : null;
  }
}
