package dev.fairlead.tools.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RoutingCurveTest {

  @Test
  void calls_areInterpolated_betweenPrompts() {
    // Closed after 1, 2, 3, 4 prompts: 1/2, 1, 1, 1.
    RoutingCurve curve = RoutingCurve.of(new double[] {4, 3, 2, 1}, new double[] {1, 1, 0, 0});

    assertThat(curve.callsToClose(0.5)).isCloseTo(0.25, within(1e-12));
    assertThat(curve.callsToClose(0.75)).isCloseTo(0.375, within(1e-12));
    assertThat(curve.callsToClose(0)).isZero();
  }

  @Test
  void calls_thatKeepQuality_countFromTheWeakModel() {
    // The strong model scores 1, the weak one 0.5: 95 % of 1 is 90 % of the gap.
    RoutingCurve curve = RoutingCurve.of(new double[] {4, 3, 2, 1}, new double[] {1, 1, 0, 0});

    assertThat(curve.callsToKeep(1, 0.95)).isCloseTo(0.45, within(1e-12));
    assertThat(curve.callsToKeep(1, 0.4)).isZero();
  }

  @Test
  void calls_growInAStraightLine_whenAllScoresAreEqual() {
    RoutingCurve curve =
        RoutingCurve.of(new double[10], new double[] {1, 1, 1, 1, 1, 0, 0, 0, 0, 0});

    assertThat(curve.apgr()).isCloseTo(0.5, within(1e-12));
    assertThat(curve.callsToClose(0.8)).isCloseTo(0.8, within(1e-12));
  }

  @Test
  void curve_ends_whenAScoreIsNoNumber() {
    double[] scores = {Double.NaN, 0.5, Double.NaN};

    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> assertThat(RoutingCurve.of(scores, new double[] {1, 0, 1}).apgr()).isFinite());
  }

  @Test
  void curve_isAtChance_whenScoresAreRandom() {
    Random random = new Random(2);
    double[] gains = random.doubles(20_000).map(value -> value < 0.3 ? 1 : 0).toArray();
    RoutingCurve curve = RoutingCurve.of(random.doubles(20_000).toArray(), gains);

    assertThat(curve.apgr()).isCloseTo(0.5, within(0.02));
    assertThat(curve.callsToClose(0.8)).isCloseTo(0.8, within(0.03));
  }
}
