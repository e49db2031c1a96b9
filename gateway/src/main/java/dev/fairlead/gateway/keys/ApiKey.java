package dev.fairlead.gateway.keys;

import dev.fairlead.gateway.dialect.CacheControl;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key as it is kept: everything but the key.
 *
 * @param id public name of the key, stays the same when it is rotated
 * @param name what its owner calls it
 * @param team empty when it belongs to none
 * @param hash hexadecimal SHA-256 of the whole key
 * @param hint its last four characters, to tell keys apart by
 * @param previousHash of the key before the last rotation; empty when there was none
 * @param previousUntil until when that one still works; null when it does not
 * @param expiresAt null for never
 * @param revokedAt null while it works
 * @param cache how its requests may use the cache at most; null where it is for them to say
 */
public record ApiKey(
    String id,
    String name,
    String tenant,
    String team,
    String hash,
    String hint,
    String previousHash,
    @Nullable Instant previousUntil,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant revokedAt,
    Grants grants,
    List<String> tags,
    Quota quota,
    @Nullable CacheControl cache) {

  /** Copies; what older documents leave out is empty. */
  public ApiKey {
    team = team == null ? "" : team;
    previousHash = previousHash == null ? "" : previousHash;
    grants = grants == null ? Grants.ALL : grants;
    tags = tags == null ? List.of() : List.copyOf(tags);
    quota = quota == null ? Quota.NONE : quota;
  }

  /** Whether the key works at {@code now}. */
  public boolean activeAt(Instant now) {
    return revokedAt == null && (expiresAt == null || now.isBefore(expiresAt));
  }

  ApiKey rotated(String newHash, String newHint, Instant oldUntil) {
    return with(newHash, newHint, hash, oldUntil, revokedAt, cache);
  }

  ApiKey revoked(Instant now) {
    return with(hash, hint, previousHash, previousUntil, now, cache);
  }

  ApiKey caching(@Nullable CacheControl changed) {
    return with(hash, hint, previousHash, previousUntil, revokedAt, changed);
  }

  /** The same key with what can change about it. */
  private ApiKey with(
      String newHash,
      String newHint,
      String oldHash,
      @Nullable Instant oldUntil,
      @Nullable Instant revoked,
      @Nullable CacheControl caching) {
    return new ApiKey(
        id, name, tenant, team, newHash, newHint, oldHash, oldUntil, createdAt, expiresAt, revoked,
        grants, tags, quota, caching);
  }
}
