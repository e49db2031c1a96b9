package dev.fairlead.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.gateway.dialect.Controls;
import dev.fairlead.gateway.dialect.Timing;
import dev.fairlead.v1.FinishReason;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ServiceLevelTest {

  private static ServiceLevel level(@Nullable Duration first, @Nullable Duration perToken) {
    return ServiceLevel.of(
        new Controls(
            null, 500L, null, null, null, List.of(), new Timing(first, perToken, null, null)),
        Duration.ofSeconds(10));
  }

  /** 11 tokens in a second. */
  private static Settlement told(OptionalLong firstTokenNanos, long costNanoUsd) {
    return new Settlement(
        TokenUsage.of(5, 11),
        costNanoUsd,
        0,
        0,
        FinishReason.FINISH_REASON_STOP,
        List.of(),
        Duration.ofSeconds(1).toNanos(),
        firstTokenNanos,
        null,
        null);
  }

  private static OptionalLong after(long millis) {
    return OptionalLong.of(Duration.ofMillis(millis).toNanos());
  }

  @Test
  void firstTokensObjective_countsOfAStream_andOfNothingElse() {
    ServiceLevel level = level(Duration.ofMillis(100), null);
    assertThat(level.met(told(after(100), 500))).isTrue();
    assertThat(level.met(told(after(101), 500))).isFalse();
    assertThat(level.met(told(OptionalLong.empty(), 500))).isTrue();
    assertThat(level.met(told(after(100), 501))).isFalse();
  }

  @Test
  void tokensObjective_isOfTheirMean() {
    ServiceLevel level = level(null, Duration.ofMillis(80));
    assertThat(level.met(told(after(200), 0))).isTrue();
    assertThat(level.met(told(after(100), 0))).isFalse();
    assertThat(level.met(told(OptionalLong.empty(), 0))).isTrue();
  }
}
