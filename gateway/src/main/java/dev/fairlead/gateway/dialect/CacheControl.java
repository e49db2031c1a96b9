package dev.fairlead.gateway.dialect;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The cache directives of RFC 9111 section 5.2.1 that apply to a model request.
 *
 * @param noCache do not answer from the cache; the fresh answer may be stored
 * @param noStore do not store the answer, do not answer from the cache, share no call with other
 *     requests
 * @param maxAge oldest acceptable entry, 0 or more; null means any that has not expired
 */
public record CacheControl(boolean noCache, boolean noStore, @Nullable Duration maxAge) {

  /** Checks the range. */
  public CacheControl {
    if (maxAge != null && maxAge.isNegative()) {
      throw new IllegalArgumentException("maxAge: " + maxAge + " (expected: 0 or more)");
    }
  }
}
