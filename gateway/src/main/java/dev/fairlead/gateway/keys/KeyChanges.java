package dev.fairlead.gateway.keys;

import dev.fairlead.gateway.dialect.CacheControl;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes and changes keys. Every method blocks on the store and throws {@link
 * java.io.UncheckedIOException} when it cannot be reached. Thread-safe.
 */
public final class KeyChanges {

  /** How every key begins, so that scanners of leaked secrets can tell one. */
  public static final String PREFIX = "fl-";

  private static final int TOKEN_BYTES = 32;
  private static final int ID_BYTES = 8;
  private static final int HINT = 4;

  private final SharedKeyBook book;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  /** Changes a book. */
  public KeyChanges(SharedKeyBook book, InstantSource clock) {
    this.book = book;
    this.clock = clock;
  }

  /**
   * A key in the one moment in which it can be shown.
   *
   * @param token the key itself
   */
  public record Issued(ApiKey key, String token) {

    /** Without the key. */
    @Override
    public String toString() {
      return "issued " + key.id();
    }
  }

  /** The keys as this replica knows them. */
  public KeyBook book() {
    return book.current();
  }

  /** Makes a key. */
  public Issued create(KeyRequest asked) {
    String token = freshToken();
    ApiKey key =
        new ApiKey(
            freshId(),
            asked.name(),
            asked.tenant(),
            asked.team(),
            TokenHash.of(token).hex(),
            hint(token),
            "",
            null,
            clock.instant(),
            asked.expiresAt(),
            null,
            asked.grants(),
            asked.tags(),
            asked.quota(),
            asked.cache());
    KeyBook ignored = book.update(known -> known.with(key));
    return new Issued(key, token);
  }

  /**
   * Replaces a key's secret; everything else stays.
   *
   * @param grace how long the old one still works
   * @return empty when there is no such key, or it no longer works
   */
  public Optional<Issued> rotate(String id, Duration grace) {
    String token = freshToken();
    String hash = TokenHash.of(token).hex();
    Instant now = clock.instant();
    KeyBook after =
        book.update(known ->
            known
                .find(id)
                .filter(key -> key.activeAt(now))
                .map(key -> known.replacing(key.rotated(hash, hint(token), now.plus(grace))))
                .orElse(known));
    return after.find(id).filter(key -> key.hash().equals(hash)).map(key -> new Issued(key, token));
  }

  /**
   * Ends a key for good.
   *
   * @return the key, empty when there is none of that id
   */
  public Optional<ApiKey> revoke(String id) {
    Instant now = clock.instant();
    return book.update(known ->
            known
                .find(id)
                .filter(key -> key.revokedAt() == null)
                .map(key -> known.replacing(key.revoked(now)))
                .orElse(known))
        .find(id);
  }

  /**
   * Sets how a key's requests may use the cache at most.
   *
   * @param bounds null lifts them
   * @return the key, empty when there is none of that id
   */
  public Optional<ApiKey> cache(String id, @Nullable CacheControl bounds) {
    return book.update(
            known -> known.find(id).map(key -> known.replacing(key.caching(bounds))).orElse(known))
        .find(id);
  }

  /** Sets what the keys of a team or tenant may use together; {@link Quota#NONE} lifts it. */
  public void share(SharedQuota quota) {
    KeyBook ignored = book.update(known -> known.with(quota));
  }

  private String freshToken() {
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private String freshId() {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return "key_" + HexFormat.of().formatHex(bytes);
  }

  private static String hint(String token) {
    return token.substring(token.length() - HINT);
  }
}
