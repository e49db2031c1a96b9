package dev.fairlead.onnx.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SamplerTest {

  private static final int DRAWS = 40_000;

  /** Shares 0.5, 0.25, 0.125, 0.0625, 0.0625 at temperature 1, not in order. */
  private static float[] logits() {
    float ln2 = (float) Math.log(2);
    return new float[] {-2 * ln2, -4 * ln2, -1 * ln2, -3 * ln2, -4 * ln2};
  }

  private static double[] shares(Sampling sampling) {
    Sampler sampler = new Sampler(sampling);
    double[] shares = new double[5];
    for (int i = 0; i < DRAWS; i++) {
      shares[sampler.next(logits())] += 1.0 / DRAWS;
    }
    return shares;
  }

  private static Sampling sampling(double temperature, double topP, int topK) {
    return new Sampling(temperature, topP, topK, 11, 0, 0);
  }

  private static void assertShares(Sampling sampling, double... expected) {
    double[] actual = shares(sampling);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).as("share of %d", i).isCloseTo(expected[i], within(0.012));
      assertThat(actual[i] == 0).as("never %d", i).isEqualTo(expected[i] == 0);
    }
  }

  @Test
  void draws_followTheShares_atTemperatureOne() {
    assertShares(sampling(1, 1, 0), 0.25, 0.0625, 0.5, 0.125, 0.0625);
  }

  @Test
  void draws_areSharper_whenCooler() {
    double sum = 0.25 + 0.0625 + 0.015625 + 2 * 0.00390625;
    assertShares(
        sampling(0.5, 1, 0),
        0.0625 / sum,
        0.00390625 / sum,
        0.25 / sum,
        0.015625 / sum,
        0.00390625 / sum);
  }

  @Test
  void draws_areOfTheMostLikely_whenTopKIsSet() {
    assertShares(sampling(1, 1, 2), 1 / 3.0, 0, 2 / 3.0, 0, 0);
    assertShares(sampling(1, 1, 1), 0, 0, 1, 0, 0);
    assertShares(sampling(1, 1, 99), 0.25, 0.0625, 0.5, 0.125, 0.0625);
  }

  @Test
  void draws_areOfTheNucleus_whenTopPIsSet() {
    assertShares(sampling(1, 0.74, 0), 1 / 3.0, 0, 2 / 3.0, 0, 0);
    assertShares(sampling(1, 0.01, 0), 0, 0, 1, 0, 0);
    assertShares(sampling(1, 0, 0), 0, 0, 1, 0, 0);
    assertShares(sampling(1, 0, 3), 0, 0, 1, 0, 0);
    assertShares(sampling(1, 0.8, 0), 2 / 7.0, 0, 4 / 7.0, 1 / 7.0, 0);
  }

  @Test
  void topP_isOfWhatTopKLeaves_whenBothAreSet() {
    // Of the three most likely the first two are 6/7 of the mass: above 0.8, below 0.9.
    assertShares(sampling(1, 0.8, 3), 1 / 3.0, 0, 2 / 3.0, 0, 0);
    assertShares(sampling(1, 0.9, 3), 2 / 7.0, 0, 4 / 7.0, 1 / 7.0, 0);
  }

  @Test
  void smallerId_isTaken_whenLogitsAreEqual() {
    Sampler sampler = new Sampler(Sampling.greedy());
    assertThat(sampler.next(new float[] {1, 3, 3, 2})).isEqualTo(1);
  }

  @Test
  void tokens_becomeLessLikely_whenTheyWereGeneratedAndArePenalised() {
    Sampler presence = new Sampler(new Sampling(0, 1, 0, 0, 0, 2));
    Sampler frequency = new Sampler(new Sampling(0, 1, 0, 0, 0.6, 0));
    int[] byPresence = new int[4];
    int[] byFrequency = new int[4];
    for (int i = 0; i < 4; i++) {
      byPresence[i] = presence.next(new float[] {3, 2, 0});
      byFrequency[i] = frequency.next(new float[] {3, 2, 0});
    }
    assertThat(byPresence).containsExactly(0, 1, 0, 0);
    assertThat(byFrequency).containsExactly(0, 0, 1, 0);
  }

  @Test
  void logits_areRefused_whenTheyAreNoNumbers() {
    Sampler sampler = new Sampler(Sampling.greedy());
    float none = Float.NEGATIVE_INFINITY;
    for (float[] bad :
        new float[][] {{0, Float.NaN, 1}, {0, Float.POSITIVE_INFINITY}, {none, none}}) {
      assertThatThrownBy(() -> sampler.next(bad)).isInstanceOf(DecoderException.class);
    }
    assertThat(sampler.next(new float[] {none, 0})).isEqualTo(1);
  }

  @Test
  void ranges_areChecked() {
    for (double[] bad : new double[][] {{-1, 1, 0}, {Double.NaN, 1, 0}, {1, -0.1, 0}, {1, 1, -1}}) {
      assertThatThrownBy(() -> sampling(bad[0], bad[1], (int) bad[2]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected");
    }
  }
}
