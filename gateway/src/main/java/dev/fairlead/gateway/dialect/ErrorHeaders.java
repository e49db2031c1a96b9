package dev.fairlead.gateway.dialect;

import dev.fairlead.common.failure.Failure;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What an error answer's headers say about trying again. The SDKs of OpenAI and Anthropic obey
 * {@code x-should-retry} first, then {@code retry-after-ms}, then {@code retry-after}.
 *
 * @param retryAfter earliest time to come again, 0 or more; null when unknown
 * @param neverRetry whether trying again cannot help, although the status suggests it
 */
public record ErrorHeaders(@Nullable Duration retryAfter, boolean neverRetry) {

  private static final long NANOS_PER_MILLI = 1_000_000;

  /** What to say about a failure. */
  public static ErrorHeaders of(Failure failure) {
    Duration wait = failure.retryAfter();
    Duration positive = wait != null && wait.isNegative() ? Duration.ZERO : wait;
    return new ErrorHeaders(positive, spent(failure));
  }

  private static boolean spent(Failure failure) {
    return switch (failure) {
      case Failure.BudgetExceeded money -> true;
      case Failure.RateLimited limit -> limit.quotaSpent();
      default -> false;
    };
  }

  /** The same, for a caller whose request has already been retried as often as it may. */
  public ErrorHeaders withoutRetries() {
    return new ErrorHeaders(retryAfter, true);
  }

  /** Hands over each header's name and value; names are in lower case as HTTP/2 wants them. */
  public void forEach(BiConsumer<String, String> headers) {
    if (neverRetry) {
      headers.accept("x-should-retry", "false");
    }
    if (retryAfter != null) {
      headers.accept("retry-after", Long.toString(roundedUpSeconds(retryAfter)));
      headers.accept("retry-after-ms", Long.toString(roundedUpMillis(retryAfter)));
    }
  }

  private static long roundedUpSeconds(Duration wait) {
    return wait.getNano() == 0 ? wait.getSeconds() : wait.getSeconds() + 1;
  }

  private static long roundedUpMillis(Duration wait) {
    return wait.getNano() % NANOS_PER_MILLI == 0 ? wait.toMillis() : wait.toMillis() + 1;
  }
}
