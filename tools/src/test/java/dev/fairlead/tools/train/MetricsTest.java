package dev.fairlead.tools.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MetricsTest {

  @Test
  void apgr_isOneHalf_whenAllScoresAreEqual() {
    assertThat(Metrics.apgr(new double[] {1, 1, 1, 1}, new double[] {1, 0, 0, 1}))
        .isCloseTo(0.5, within(1e-12));
  }

  @Test
  void apgr_isTheAreaUnderTheExactCurve() {
    // Gap closed after 1, 2, 3, 4 prompts: 1/2, 1, 1, 1; by trapezes (0.25 + 0.75 + 1 + 1) / 4.
    assertThat(Metrics.apgr(new double[] {4, 3, 2, 1}, new double[] {1, 1, 0, 0}))
        .isCloseTo(0.75, within(1e-12));
    assertThat(Metrics.apgr(new double[] {1, 2, 3, 4}, new double[] {1, 1, 0, 0}))
        .isCloseTo(0.25, within(1e-12));
  }

  @Test
  void apgr_exceedsOne_whenTheScoreAlsoAvoidsLosses() {
    assertThat(Metrics.apgr(new double[] {3, 2, 1}, new double[] {1, 1, -1})).isGreaterThan(1);
  }

  @Test
  void brier_isTheMeanSquaredError() {
    assertThat(Metrics.brier(new double[] {0.5, 1}, new boolean[] {true, false}))
        .isCloseTo(0.625, within(1e-12));
  }
}
