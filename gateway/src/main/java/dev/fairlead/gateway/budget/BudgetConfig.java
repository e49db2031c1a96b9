package dev.fairlead.gateway.budget;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fairlead.common.config.Expect;
import java.time.Duration;
import java.util.List;

/** Section {@code budgets}; units are in the reference file. */
public record BudgetConfig(
    WhenAway whenAway,
    Duration timeout,
    Duration reservationTtl,
    double quantile,
    int expectedOutputTokens,
    int unboundedOutputTokens,
    List<Integer> thresholds) {

  /** What to do while it cannot be known what is left. */
  public enum WhenAway {
    /** Requests of owners with a budget are answered 503. */
    @JsonProperty("refuse")
    REFUSE,
    /** They are served; what they cost is in the ledger only. */
    @JsonProperty("serve")
    SERVE
  }

  /** Validates. */
  public BudgetConfig {
    Expect.positive("budgets.timeout", timeout);
    Expect.positive("budgets.reservation_ttl", reservationTtl);
    Expect.range("budgets.quantile", quantile, 0.5, 0.999);
    Expect.range("budgets.expected_output_tokens", expectedOutputTokens, 1, 1_000_000);
    Expect.range("budgets.unbounded_output_tokens", unboundedOutputTokens, 1, 10_000_000);
    thresholds = thresholds.stream().sorted().distinct().toList();
    for (int threshold : thresholds) {
      Expect.range("budgets.thresholds", threshold, 1, 100);
    }
  }

  /**
   * Refuses reservations that may end before the request that they are for.
   *
   * @param request longest time of a request, {@code limits.request_timeout}
   */
  public void mustOutlive(Duration request) {
    Expect.that(
        reservationTtl.compareTo(request) > 0,
        "budgets.reservation_ttl",
        reservationTtl.toSeconds() + "s",
        "longer than limits.request_timeout, which is " + request.toSeconds() + "s");
  }
}
