package dev.fairlead.provider.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.provider.testkit.ManualTime;
import dev.fairlead.v1.AttemptResult;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryTest {

  private static final Duration LEFT = Duration.ofMinutes(1);
  private static final RetrySettings SETTINGS =
      new RetrySettings(
          2, Duration.ofMillis(100), Duration.ofMillis(300), Duration.ofSeconds(5), 0.2, 1);

  private static RetryPolicy policy(double random) {
    return new RetryPolicy(SETTINGS, () -> random);
  }

  private static UpstreamFailure limited(Duration wait) {
    return UpstreamFailure.of(
        new Failure.RateLimited("slow down", wait),
        Next.RETRY,
        AttemptResult.ATTEMPT_RESULT_RATE_LIMITED);
  }

  @Test
  void budget_allowsAFifthOfTheCalls_whenEverythingFails() {
    ManualTime time = new ManualTime();
    RetryBudget budget = new RetryBudget(0.2, 0, time::nanoTime);
    int retries = 0;
    for (int i = 0; i < 1000; i++) {
      budget.deposit();
      retries += budget.withdraw() ? 1 : 0;
    }
    assertThat(retries).isEqualTo(200);
  }

  @Test
  void budget_trickles_whenThereIsLittleTraffic() {
    ManualTime time = new ManualTime();
    RetryBudget budget = new RetryBudget(0.2, 2, time::nanoTime);
    int saved = 0;
    while (budget.withdraw()) {
      saved++;
    }
    assertThat(saved).isEqualTo(20);
    time.advance(Duration.ofSeconds(3));
    int trickled = 0;
    while (budget.withdraw()) {
      trickled++;
    }
    assertThat(trickled).isEqualTo(6);
  }

  @Test
  void delay_isJitteredUnderADoublingBound() {
    UpstreamFailure down = UpstreamFailure.unavailable("down");
    assertThat(policy(0).delay(down, 0, 0, LEFT)).contains(Duration.ZERO);
    assertThat(policy(0.5).delay(down, 0, 0, LEFT)).contains(Duration.ofMillis(50));
    assertThat(policy(0.5).delay(down, 1, 0, LEFT)).contains(Duration.ofMillis(100));
    assertThat(policy(0.5).delay(down, 2, 0, LEFT)).isEmpty();
  }

  @Test
  void delay_honoursTheVendorsWish_upToTheCap() {
    assertThat(policy(0).delay(limited(Duration.ofSeconds(3)), 0, 0, LEFT))
        .contains(Duration.ofSeconds(3));
    assertThat(policy(0).delay(limited(Duration.ofSeconds(6)), 0, 0, LEFT)).isEmpty();
  }

  @Test
  void retries_areLowered_byThoseOfTheClient() {
    UpstreamFailure down = UpstreamFailure.unavailable("down");
    assertThat(policy(0).delay(down, 0, 1, LEFT)).isPresent();
    assertThat(policy(0).delay(down, 1, 1, LEFT)).isEmpty();
    assertThat(policy(0).delay(down, 0, 2, LEFT)).isEmpty();
  }

  @Test
  void retry_isPointless_whenTheFailureSaysSoOrTheDeadlineIsNear() {
    UpstreamFailure refused =
        UpstreamFailure.of(
            new Failure.RateLimited("no quota", null),
            Next.OTHER_MODEL,
            AttemptResult.ATTEMPT_RESULT_RATE_LIMITED);
    assertThat(policy(0).delay(refused, 0, 0, LEFT)).isEmpty();
    assertThat(policy(0.9).delay(UpstreamFailure.unavailable("down"), 0, 0, Duration.ofMillis(80)))
        .isEmpty();
  }
}
