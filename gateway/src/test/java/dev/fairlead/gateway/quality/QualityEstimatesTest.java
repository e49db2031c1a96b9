package dev.fairlead.gateway.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class QualityEstimatesTest {

  private final QualityEstimates estimates = new QualityEstimates();

  @Test
  void prior_isWhatTheGainSays_asFarAsTheTierReaches() {
    assertThat(estimates.served("small", 0.3, 1)).isCloseTo(0.7, within(1e-9));
    assertThat(estimates.served("medium", 0.3, 0.5)).isCloseTo(0.85, within(1e-9));
    assertThat(estimates.servedReference()).isEqualTo(1);
  }

  @Test
  void comparisons_moveTheExpectationOfTheirModelAndRangeOnly() {
    for (int i = 0; i < 80; i++) {
      estimates.observed("small", 0.35, 1);
    }

    assertThat(estimates.served("small", 0.3, 1)).isCloseTo((20 * 0.7 + 80) / 100, within(1e-9));
    assertThat(estimates.served("small", 0.9, 1)).isCloseTo(0.1, within(1e-9));
    assertThat(estimates.served("other", 0.3, 1)).isCloseTo(0.7, within(1e-9));
  }

  @Test
  void retention_isTheMeanOverAllAnswers_withAnIntervalThatEvidenceNarrows() {
    assertThat(estimates.retention().mean()).isEqualTo(1);
    for (int i = 0; i < 100; i++) {
      estimates.servedReference();
      estimates.served("small", 0.5, 1);
    }
    QualityEstimates.Retention before = estimates.retention();
    assertThat(before.mean()).isCloseTo(0.75, within(1e-9));
    assertThat(before.answers()).isEqualTo(200);
    for (int i = 0; i < 500; i++) {
      estimates.observed("small", 0.5, i % 2);
    }

    QualityEstimates.Retention after = estimates.retention();
    assertThat(after.mean()).isCloseTo(0.75, within(1e-9));
    assertThat(after.comparisons()).isEqualTo(500);
    assertThat(after.high() - after.low()).isLessThan((before.high() - before.low()) / 3);
    assertThat(after.low()).isBetween(0.7, 0.75);
  }

  @Test
  void extremes_stayInsideTheRange() {
    assertThat(estimates.served("small", 1, 1)).isZero();
    estimates.observed("small", 1, 7);
    assertThat(estimates.served("small", 1, 1)).isBetween(0.0, 1.0);
    assertThat(estimates.retention().low()).isGreaterThanOrEqualTo(0);
  }
}
