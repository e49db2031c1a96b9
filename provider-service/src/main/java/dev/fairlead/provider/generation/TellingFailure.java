package dev.fairlead.provider.generation;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.v1.AttemptResult;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Picks, of the failures of all tries, the one that tells the caller most. */
final class TellingFailure {

  private TellingFailure() {}

  /**
   * The failure to answer with. What ends a request at once (the caller's fault, a cancellation) is
   * last anyway and wins; then a vendor's own answer over a refusal of ours; then anything over a
   * rate limit. When all are rate limits or refusals of ours, the shortest wait is kept, and a
   * quota counts as spent only if all of them say so.
   */
  static UpstreamFailure of(List<UpstreamFailure> failures) {
    UpstreamFailure last = failures.getLast();
    if (last.next() == UpstreamFailure.Next.NOTHING) {
      return last;
    }
    UpstreamFailure best = last;
    for (UpstreamFailure failure : failures) {
      if (rank(failure) >= rank(best)) {
        best = failure;
      }
    }
    return rank(best) == 2 ? best : withWait(best, shortestWait(failures), quotaSpent(failures));
  }

  private static int rank(UpstreamFailure failure) {
    if (failure.result() == AttemptResult.ATTEMPT_RESULT_SHED) {
      return 0;
    }
    return failure.result() == AttemptResult.ATTEMPT_RESULT_RATE_LIMITED ? 1 : 2;
  }

  private static @Nullable Duration shortestWait(List<UpstreamFailure> failures) {
    Duration shortest = null;
    for (UpstreamFailure failure : failures) {
      Duration wait = failure.failure().retryAfter();
      if (wait != null && (shortest == null || wait.compareTo(shortest) < 0)) {
        shortest = wait;
      }
    }
    return shortest;
  }

  private static boolean quotaSpent(List<UpstreamFailure> failures) {
    return failures.stream()
        .allMatch(failure ->
            failure.failure() instanceof Failure.RateLimited limited && limited.quotaSpent());
  }

  private static UpstreamFailure withWait(
      UpstreamFailure from, @Nullable Duration wait, boolean quotaSpent) {
    Failure failure =
        switch (from.failure()) {
          case Failure.RateLimited f -> new Failure.RateLimited(f.message(), wait, quotaSpent);
          case Failure.Overloaded f -> new Failure.Overloaded(f.message(), wait);
          case Failure.UpstreamUnavailable f ->
              new Failure.UpstreamUnavailable(f.message(), f.httpStatus(), wait);
          default -> from.failure();
        };
    return from.as(failure, from.next());
  }
}
