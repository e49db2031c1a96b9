package dev.fairlead.gateway.dialect;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a request wants the cache used: the directives of RFC 9111 section 5.2.1 that apply to a
 * model request, and what only this cache knows.
 *
 * @param noCache do not answer from the cache; the fresh answer may be stored
 * @param noStore do not store the answer, do not answer from the cache, share no call with other
 *     requests
 * @param maxAge oldest acceptable entry, 0 or more; null means any that has not expired
 * @param ttl how long the answer is to be kept, above 0; null means the configured time
 * @param leastSimilarity least cosine of a near request whose answer will do, 0 to 1; it can only
 *     add to what the cache demands itself. Null means what that is
 * @param scope name that sets answers apart from those of other names; null means none
 */
public record CacheControl(
    boolean noCache,
    boolean noStore,
    @Nullable Duration maxAge,
    @Nullable Duration ttl,
    @Nullable Double leastSimilarity,
    @Nullable String scope) {

  private static final CacheControl NONE = new CacheControl(false, false, null);

  /** Directives alone. */
  public CacheControl(boolean noCache, boolean noStore, @Nullable Duration maxAge) {
    this(noCache, noStore, maxAge, null, null, null);
  }

  /** Checks the range. */
  public CacheControl {
    if (maxAge != null && maxAge.isNegative()) {
      throw new IllegalArgumentException("maxAge: " + maxAge + " (expected: 0 or more)");
    }
  }

  /** These directives with further wishes; null when there are none at all. */
  static @Nullable CacheControl of(
      @Nullable CacheControl directives,
      @Nullable Duration ttl,
      @Nullable Double leastSimilarity,
      @Nullable String scope) {
    CacheControl said = directives == null ? NONE : directives;
    CacheControl whole =
        new CacheControl(said.noCache, said.noStore, said.maxAge, ttl, leastSimilarity, scope);
    return whole.equals(NONE) ? null : whole;
  }

  private boolean hasDirectives() {
    return noCache || noStore || maxAge != null;
  }

  /** These wishes with those that {@code other} states in their place; directives go together. */
  CacheControl overriddenBy(@Nullable CacheControl other) {
    if (other == null) {
      return this;
    }
    CacheControl directives = other.hasDirectives() ? other : this;
    return new CacheControl(
        directives.noCache,
        directives.noStore,
        directives.maxAge,
        other.ttl != null ? other.ttl : ttl,
        other.leastSimilarity != null ? other.leastSimilarity : leastSimilarity,
        other.scope != null ? other.scope : scope);
  }
}
