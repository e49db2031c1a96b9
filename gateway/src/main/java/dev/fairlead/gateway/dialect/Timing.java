package dev.fairlead.gateway.dialect;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The caller's wishes about time beside its latency objective. Null means none; each is above 0.
 *
 * @param firstTokenSlo time to the first token that the caller aims at
 * @param perTokenSlo time between tokens that the caller aims at
 * @param timeout after which the caller no longer wants the answer
 * @param firstTokenTimeout after which the caller no longer wants a stream that has not begun
 */
public record Timing(
    @Nullable Duration firstTokenSlo,
    @Nullable Duration perTokenSlo,
    @Nullable Duration timeout,
    @Nullable Duration firstTokenTimeout) {

  /** No wishes. */
  public static final Timing NONE = new Timing(null, null, null, null);

  Timing overriddenBy(Timing other) {
    if (other.equals(NONE)) {
      return this;
    }
    return new Timing(
        other.firstTokenSlo != null ? other.firstTokenSlo : firstTokenSlo,
        other.perTokenSlo != null ? other.perTokenSlo : perTokenSlo,
        other.timeout != null ? other.timeout : timeout,
        other.firstTokenTimeout != null ? other.firstTokenTimeout : firstTokenTimeout);
  }
}
