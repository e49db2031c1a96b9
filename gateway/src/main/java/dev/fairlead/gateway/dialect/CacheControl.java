package dev.fairlead.gateway.dialect;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  /**
   * What a caller gets whose key was given {@code key}: whatever is stricter of the two. The key's
   * time to live is the longest and, where the request says nothing, the one; its scope holds the
   * request's, and nobody else gets into it by naming it.
   *
   * @param wish what the request says; null means nothing
   * @param key what the key was given; null means nothing
   */
  public static @Nullable CacheControl within(
      @Nullable CacheControl wish, @Nullable CacheControl key) {
    if (key == null) {
      return wish;
    }
    CacheControl asked = wish == null ? NONE : wish;
    return new CacheControl(
        asked.noCache || key.noCache,
        asked.noStore || key.noStore,
        least(asked.maxAge, key.maxAge),
        least(asked.ttl, key.ttl),
        greatest(asked.leastSimilarity, key.leastSimilarity),
        key.scope == null ? asked.scope : nested(key.scope, asked.scope));
  }

  /** No name that is asked for has a line break in it. */
  private static String nested(String outer, @Nullable String inner) {
    return outer + '\n' + (inner == null ? "" : inner);
  }

  private static @Nullable Duration least(@Nullable Duration one, @Nullable Duration other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.compareTo(other) <= 0 ? one : other;
  }

  private static @Nullable Double greatest(@Nullable Double one, @Nullable Double other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return Math.max(one, other);
  }

  /** The directives as a {@code Cache-Control} header would have them; empty without any. */
  public String directives() {
    List<String> said = new ArrayList<>(3);
    if (noStore) {
      said.add("no-store");
    }
    if (noCache) {
      said.add("no-cache");
    }
    if (maxAge != null) {
      said.add("max-age=" + maxAge.toSeconds());
    }
    return String.join(", ", said);
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
