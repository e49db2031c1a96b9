package dev.fairlead.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fairlead.gateway.live.TryOutcome.Kind;
import java.time.Duration;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LiveStatisticsTest {

  private static final Percentage TENTH = Percentage.withPercentage(10);

  private long nanos = 1;
  private final LiveStatistics statistics = new LiveStatistics(() -> nanos, Duration.ofMinutes(5));

  private void whole(String model, double millis, long tokens) {
    statistics.record(model, new TryOutcome(Kind.SUCCESS, (long) (millis * 1e6), -1, tokens));
  }

  private void stream(String model, double firstToken, double millis, long tokens) {
    statistics.record(
        model,
        new TryOutcome(Kind.SUCCESS, (long) (millis * 1e6), (long) (firstToken * 1e6), tokens));
  }

  private double p95(String model, long tokens) {
    return statistics.find(model).orElseThrow().answerMillis(0.95, tokens).orElseThrow();
  }

  @Test
  void quantile_isThatOfTheAnswers_whenAllAreOfOneLength() {
    for (int i = 1; i <= 100; i++) {
      whole("m", i * 10, 256);
    }
    assertThat(p95("m", 256)).isCloseTo(950, TENTH);
    assertThat(statistics.find("m").orElseThrow().answerMillis(0.5, 256).orElseThrow())
        .isCloseTo(500, TENTH);
  }

  @Test
  void slowModel_doesNotLookFast_becauseItsAnswersAreShort() {
    Random random = new Random(7);
    for (int i = 0; i < 200; i++) {
      int few = 5 + random.nextInt(30);
      int many = 300 + random.nextInt(300);
      whole("slow", 100 + few * 10, few);
      whole("fast", 100 + many * 2, many);
    }
    assertThat(p95("slow", 256)).isGreaterThan(2 * p95("fast", 256));
    assertThat(statistics.find("slow").orElseThrow().tokensPerSecond().orElseThrow())
        .isCloseTo(100, TENTH);
    assertThat(statistics.find("fast").orElseThrow().tokensPerSecond().orElseThrow())
        .isCloseTo(500, TENTH);
  }

  @Test
  void streamsAndWholeAnswers_agree_forAModelOfOneSpeed() {
    Random random = new Random(11);
    for (int i = 0; i < 300; i++) {
      int tokens = 20 + random.nextInt(400);
      stream("streamed", 200, 200 + (tokens - 1) * 5.0, tokens);
      whole("whole", 200 + (tokens - 1) * 5.0, tokens);
    }
    assertThat(p95("streamed", 256)).isCloseTo(1475, TENTH);
    assertThat(p95("whole", 256)).isCloseTo(p95("streamed", 256), Percentage.withPercentage(15));
    assertThat(p95("streamed", 100)).isCloseTo(200 + 99 * 5, TENTH);
  }

  @Test
  void firstToken_comesFromStreamsAlone() {
    whole("m", 5000, 100);
    stream("m", 120, 900, 100);
    assertThat(statistics.find("m").orElseThrow().firstTokenMillis(0.95).orElseThrow())
        .isCloseTo(120, TENTH);
  }

  @Test
  void noSlope_isRead_fromNoise() {
    Random random = new Random(3);
    for (int i = 0; i < 100; i++) {
      whole("m", 100 + random.nextInt(100), 100);
    }
    assertThat(statistics.find("m").orElseThrow().tokensPerSecond()).isEmpty();
  }

  @Test
  void oldTries_fade_whenTheWindowHasPassed() {
    whole("m", 100, 10);
    statistics.record("m", new TryOutcome(Kind.FAILURE, 5, -1, 0));
    assertThat(statistics.find("m").orElseThrow().errorRate()).isEqualTo(0.5);
    nanos += Duration.ofMinutes(6).toNanos();
    assertThat(statistics.find("m").orElseThrow().samples()).isZero();
    assertThat(statistics.find("m").orElseThrow().errorRate()).isZero();
    assertThat(statistics.find("m").orElseThrow().answerMillis(0.95, 10)).isEmpty();
  }

  @Test
  void timeouts_countAsTheTimeTheyTook_andOtherFailuresAsNone() {
    statistics.record("m", new TryOutcome(Kind.TIMEOUT, 30_000_000_000L, -1, 0));
    statistics.record("m", new TryOutcome(Kind.FAILURE, 1_000_000, -1, 0));
    statistics.record("m", new TryOutcome(Kind.NEUTRAL, 1_000_000, -1, 0));
    ModelStatistics model = statistics.find("m").orElseThrow();
    assertThat(model.samples()).isOne();
    assertThat(model.tries()).isEqualTo(2);
    assertThat(model.errorRate()).isEqualTo(1);
    assertThat(model.answerMillis(0.95, 256).orElseThrow()).isCloseTo(30_000, within(400.0));
  }

  @Test
  void anAnswerBeyondAnHour_isKeptAsAnHour() {
    whole("m", Duration.ofHours(5).toMillis(), 0);
    assertThat(p95("m", 256)).isCloseTo(3_600_000, TENTH);
  }

  @Test
  void fastModel_doesNotLookSlow_becauseAShortStreamStalledOnce() {
    for (int i = 0; i < 100; i++) {
      stream("short", 20, 20 + 4 * 5 + (i % 10 == 9 ? 60 : 0), 5);
    }
    assertThat(p95("short", 256)).isLessThan(20 + 255 * 8.0);
  }
}
