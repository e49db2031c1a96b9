package dev.fairlead.gateway.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class QualityEstimatesTest {

  private Instant now = Instant.EPOCH;
  private final QualityEstimates estimates = new QualityEstimates(() -> now);

  @Test
  void prior_isWhatTheGainSays_asFarAsTheTierReaches() {
    assertThat(estimates.served("acme", "small", 0.3, 1)).isCloseTo(0.7, within(1e-9));
    assertThat(estimates.served("acme", "medium", 0.3, 0.5)).isCloseTo(0.85, within(1e-9));
    assertThat(estimates.servedReference()).isEqualTo(1);
  }

  @Test
  void comparisons_moveTheExpectationOfTheirModelAndRangeOnly() {
    for (int i = 0; i < 80; i++) {
      estimates.observed("acme", "small", 0.35, 1);
    }

    assertThat(estimates.served("acme", "small", 0.3, 1))
        .isCloseTo((20 * 0.7 + 80) / 100, within(1e-9));
    assertThat(estimates.served("acme", "small", 0.9, 1)).isCloseTo(0.1, within(1e-9));
    assertThat(estimates.served("acme", "other", 0.3, 1)).isCloseTo(0.7, within(1e-9));
  }

  @Test
  void tenants_haveTheirOwn_forWhichThatOfTheOthersIsThePrior() {
    for (int i = 0; i < 80; i++) {
      estimates.observed("acme", "small", 0.3, 0);
    }
    double others = (20 * 0.7 + 0) / 100;
    assertThat(estimates.expected("acme", "small", 0.3, 1)).isCloseTo(others, within(1e-9));
    assertThat(estimates.expected("new", "small", 0.3, 1)).isCloseTo(others, within(1e-9));

    for (int i = 0; i < 60; i++) {
      estimates.observed("new", "small", 0.3, 1);
    }
    assertThat(estimates.expected("new", "small", 0.3, 1))
        .isCloseTo((20 * others + 60) / 80, within(1e-9));
    // What is its own counts once, not among the others as well.
    assertThat(estimates.expected("acme", "small", 0.3, 1))
        .isCloseTo(20 * ((20 * 0.7 + 60) / 80) / 100, within(1e-9));
  }

  @Test
  void evidence_countsHalf_afterItsHalfLife_andTheRetentionForgetsNothing() {
    for (int i = 0; i < 80; i++) {
      estimates.observed("acme", "small", 0.3, 0);
    }
    now = now.plus(QualityEstimates.HALF_LIFE);
    assertThat(estimates.expected("acme", "small", 0.3, 1)).isCloseTo(20 * 0.7 / 60, within(1e-9));
    for (int i = 0; i < 40; i++) {
      estimates.observed("acme", "small", 0.3, 1);
    }
    assertThat(estimates.expected("acme", "small", 0.3, 1))
        .isCloseTo((20 * 0.7 + 40) / 100, within(1e-9));

    now = now.plus(QualityEstimates.HALF_LIFE.multipliedBy(100));
    assertThat(estimates.expected("acme", "small", 0.3, 1)).isCloseTo(0.7, within(1e-9));
    assertThat(estimates.retention().comparisons()).isEqualTo(120);
  }

  @Test
  void retention_isTheMeanOverAllAnswers_withAnIntervalThatEvidenceNarrows() {
    assertThat(estimates.retention().mean()).isEqualTo(1);
    for (int i = 0; i < 100; i++) {
      estimates.servedReference();
      estimates.served("acme", "small", 0.5, 1);
    }
    QualityEstimates.Retention before = estimates.retention();
    assertThat(before.mean()).isCloseTo(0.75, within(1e-9));
    assertThat(before.answers()).isEqualTo(200);
    for (int i = 0; i < 500; i++) {
      estimates.observed("acme", "small", 0.5, i % 2);
    }

    QualityEstimates.Retention after = estimates.retention();
    assertThat(after.mean()).isCloseTo(0.75, within(1e-9));
    assertThat(after.comparisons()).isEqualTo(500);
    assertThat(after.high() - after.low()).isLessThan((before.high() - before.low()) / 3);
    assertThat(after.low()).isBetween(0.7, 0.75);
  }

  @Test
  void extremes_stayInsideTheRange() {
    assertThat(estimates.served("acme", "small", 1, 1)).isZero();
    estimates.observed("acme", "small", 1, 7);
    assertThat(estimates.served("acme", "small", 1, 1)).isBetween(0.0, 1.0);
    assertThat(estimates.retention().low()).isGreaterThanOrEqualTo(0);
  }
}
