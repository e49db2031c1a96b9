package dev.fairlead.onnx.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.fairlead.onnx.features.PromptFeatures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HeadTrialTest {

  private static final int DIMENSIONS = 6;

  @Test
  void trial_isPassed_whenLabelsContradictThePrior() {
    HeadTrial trial = HeadTrial.of(labels(120, 1, 1));

    assertThat(trial.passed()).isTrue();
    assertThat(trial.learned()).isGreaterThan(trial.prior());
    assertThat(trial.low()).isPositive().isLessThanOrEqualTo(trial.high());
    assertThat(trial.scores()).hasSize(120);
  }

  @Test
  void trial_isNotPassed_whenGainsAreLuck() {
    for (int seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      List<TrafficLabel> labels = new ArrayList<>();
      for (int i = 0; i < 120; i++) {
        labels.add(label(direction(random, i % 2 == 0), random.nextDouble(), random.nextInt(2), 1));
      }
      assertThat(HeadTrial.of(labels).passed()).as("seed " + seed).isFalse();
    }
  }

  @Test
  void trial_isNotPassed_whenTheSamePromptsComeAgainWithTheSameLuck() {
    for (int seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      List<TrafficLabel> labels = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        TrafficLabel label =
            label(direction(random, i % 2 == 0), random.nextDouble(), random.nextInt(2), 1);
        labels.addAll(Collections.nCopies(5, label));
      }
      HeadTrial trial = HeadTrial.of(labels);

      assertThat(trial.passed()).as("seed " + seed).isFalse();
      assertThat(trial.labels()).isEqualTo(150);
      assertThat(trial.prompts()).isEqualTo(30);
    }
  }

  @Test
  void trial_isNotPassed_whenAFewPromptsAreAllThereIs() {
    Random random = new Random(2);
    List<TrafficLabel> labels = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      labels.addAll(
          Collections.nCopies(60, label(direction(random, i == 0), i == 0 ? 0.1 : 0.9, 1 - i, 1)));
    }

    assertThat(HeadTrial.of(labels).passed()).isFalse();
  }

  @Test
  void rankedGain_ends_whenAScoreIsNoNumber() {
    RankedGain ranked = new RankedGain(new double[] {1, 0, 1}, new double[] {1, 1, 1});

    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> assertThat(ranked.of(new double[] {Double.NaN, 0.5, Double.NaN})).isFinite());
  }

  @Test
  void label_isRefused_whenANumberIsNone() {
    float[] fine = {1, 0};
    float[] none = {1, Float.NaN};
    float[] endless = {Float.POSITIVE_INFINITY};

    assertThatThrownBy(() -> new LabelledPrompt(none, fine, 0.5, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("embedding[1]: NaN");
    assertThatThrownBy(() -> new LabelledPrompt(fine, endless, 0.5, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("features[0]: Infinity");
  }

  @Test
  void promptGroups_keepTheLabelsOfAPromptTogether() {
    Random random = new Random(6);
    List<LabelledPrompt> labels = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      float[] embedding = direction(random, true);
      for (int again = 0; again <= i % 3; again++) {
        labels.add(new LabelledPrompt(embedding.clone(), new float[] {1}, 0.5, 0));
      }
    }
    PromptGroups groups = PromptGroups.of(labels);
    int[] folds = groups.folds(5, 1);

    assertThat(groups.count()).isEqualTo(40);
    assertThat(folds).hasSize(labels.size()).contains(0, 1, 2, 3, 4);
    for (int[] rows : groups.rows()) {
      assertThat(Arrays.stream(rows).map(row -> folds[row]).distinct().count()).isEqualTo(1);
    }
    assertThat(Arrays.stream(groups.shuffled(3)).sorted())
        .containsExactlyElementsOf(IntStream.range(0, labels.size()).boxed().toList());
  }

  @Test
  void shuffledHeads_findNothing_whateverOrdersThereAre() {
    for (int seed = 1; seed <= 3; seed++) {
      HeadTrial trial = HeadTrial.of(labels(120, seed, 1));

      // Of two topics each order is a guess away, and one of them keeps all: 0.375. Chance is 0.25.
      assertThat(trial.learned()).as("seed " + seed).isGreaterThan(0.37);
      assertThat(trial.shuffled()).as("seed " + seed).isLessThan(0.27);
    }
  }

  @Test
  void shuffledHeads_areHeldAgainstTheSameChance_whenHardPromptsAreRarelyLabelled() {
    Random random = new Random(3);
    List<TrafficLabel> labels = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      boolean rare = i % 4 == 0;
      float[] embedding = direction(random, random.nextBoolean());
      labels.add(label(embedding, random.nextDouble(), rare ? 1 : 0, rare ? 0.1 : 1));
    }

    // A quarter of the labels stands for three quarters of the traffic: its mean gain is 10 of 13.
    assertThat(HeadTrial.of(labels).shuffled()).isBetween(0.33, 0.45);
  }

  @Test
  void scores_areNeitherWorseNorBetter_whenAllLabelsAreAlike() {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      List<TrafficLabel> labels = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        double propensity = 0.05 + 0.95 * random.nextDouble();
        labels.add(label(direction(random, true), random.nextDouble(), 0.7, propensity));
      }
      double[] scores = random.doubles(60).toArray();

      assertThat(HeadTrial.surelyWorse(labels, scores, 0.025)).as("seed " + seed).isFalse();
      if (seed < 3) {
        assertThat(HeadTrial.of(labels).passed()).as("seed " + seed).isFalse();
      }
    }
  }

  @Test
  void trial_isNotPassed_whenThePriorIsRightAlready() {
    Random random = new Random(9);
    List<TrafficLabel> labels = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      double prior = random.nextDouble();
      labels.add(label(direction(random, i % 2 == 0), prior, prior > 0.5 ? 1 : 0, 1));
    }

    assertThat(HeadTrial.of(labels).passed()).isFalse();
  }

  @Test
  void scores_areSurelyWorse_onlyWhenTheyLoseToThePrior() {
    Random random = new Random(4);
    List<TrafficLabel> labels = new ArrayList<>();
    double[] against = new double[80];
    double[] along = new double[80];
    for (int i = 0; i < 80; i++) {
      double prior = random.nextDouble();
      labels.add(label(direction(random, true), prior, prior > 0.5 ? 1 : 0, 1));
      against[i] = -prior;
      along[i] = prior;
    }

    assertThat(HeadTrial.surelyWorse(labels, against, 0.01)).isTrue();
    assertThat(HeadTrial.surelyWorse(labels, along, 0.01)).isFalse();
  }

  @Test
  void scale_givesTheGainOfAllPrompts_whenOnlySomeAreLabelled() {
    Random random = new Random(8);
    int prompts = 4_000;
    List<double[]> logged = new ArrayList<>();
    for (int i = 0; i < prompts; i++) {
      double hardness = random.nextDouble();
      double propensity = hardness < 0.3 ? 1 : 0.1;
      if (random.nextDouble() < propensity) {
        double gain = random.nextDouble() < 0.9 * hardness ? 1 : 0;
        // A head that was fitted mostly to easy prompts: too low, and too flat.
        logged.add(new double[] {0.3 * hardness, gain, 1 / propensity});
      }
    }
    GainScale scale =
        GainScale.fit(
            logged.stream().mapToDouble(row -> row[0]).toArray(),
            logged.stream().mapToDouble(row -> row[1]).toArray(),
            logged.stream().mapToDouble(row -> row[2]).toArray());

    assertThat(scale.gain(0.3 * 0.5)).isCloseTo(0.45, within(0.06));
    assertThat(scale.gain(0.3 * 0.9)).isCloseTo(0.81, within(0.09));
    assertThat(scale.gain(-2)).isZero();
    assertThat(scale.gain(5)).isEqualTo(1);
  }

  @Test
  void scale_neverFalls_andIsTheMeanGain_whenScoresSayNothing() {
    double[] ones = {1, 1, 1, 1};

    assertThat(GainScale.fit(new double[] {0.1, 0.2, 0.8, 0.9}, new double[] {1, 1, 0, -1}, ones))
        .isEqualTo(new GainScale(0, 0.5));
    assertThat(GainScale.fit(new double[] {0.3, 0.3, 0.3, 0.3}, new double[] {1, 0, 0, 0}, ones))
        .isEqualTo(new GainScale(0, 0.25));
    double next = Math.nextUp(0.3);
    assertThat(GainScale.fit(new double[] {next, 0.3, 0.3, 0.3}, new double[] {1, 0, 0, 0}, ones))
        .isEqualTo(new GainScale(0, 0.25));
  }

  @Test
  void gain_isWeighedByInversePropensity() {
    // The rarely labelled first prompt stands for many like it.
    RankedGain alike = new RankedGain(new double[] {1, 0}, new double[] {1, 1});
    RankedGain weighed = new RankedGain(new double[] {1, 0}, new double[] {3, 1});
    double[] right = {1, 0};

    assertThat(alike.of(right)).isCloseTo(0.375, within(1e-12));
    assertThat(weighed.of(right)).isCloseTo((1.5 * 3 + 3) / 16, within(1e-12));
    assertThat(label(new float[DIMENSIONS], 0.5, 0, 0.001).weight()).isEqualTo(20);
  }

  @Test
  void loggedPropensities_giveWhatAllLabelsWouldHaveGiven() {
    Random random = new Random(12);
    int prompts = 20_000;
    double[] gains = new double[prompts];
    double[] scores = new double[prompts];
    double[] propensities = new double[prompts];
    List<Integer> logged = new ArrayList<>();
    for (int i = 0; i < prompts; i++) {
      // A third is easy and always labelled; of the rest one in ten is tried on the cheap tier.
      boolean easy = random.nextInt(3) == 0;
      double hardness = random.nextDouble();
      gains[i] = random.nextDouble() < (easy ? 0.1 : hardness) ? 1 : 0;
      scores[i] = hardness;
      propensities[i] = easy ? 1 : 0.1;
      if (random.nextDouble() < propensities[i]) {
        logged.add(i);
      }
    }
    double[] seenScores = logged.stream().mapToDouble(i -> scores[i]).toArray();
    double[] seenGains = logged.stream().mapToDouble(i -> gains[i]).toArray();
    double[] weights = logged.stream().mapToDouble(i -> 1 / propensities[i]).toArray();
    double[] ones = logged.stream().mapToDouble(i -> 1).toArray();
    double[] all = DoubleStream.generate(() -> 1).limit(prompts).toArray();
    double truth = new RankedGain(gains, all).of(scores);

    assertThat(new RankedGain(seenGains, weights).of(seenScores)).isCloseTo(truth, within(0.02));
    assertThat(new RankedGain(seenGains, ones).of(seenScores)).isLessThan(truth - 0.08);
  }

  @Test
  void codec_keepsALabel_andRefusesWhatDoesNotFit() {
    LabelCodec codec = new LabelCodec("encoder/1");
    float[] features = PromptFeatures.of("How many?");
    TrafficLabel label =
        new TrafficLabel(
            new LabelledPrompt(new float[] {0.6f, -0.8f}, features, 0.25, -0.5), 0.5, "shadow");
    String line = codec.write(new LabelCodec.Line("acme", label));
    LabelCodec.Line read = codec.read(line).orElseThrow();

    assertThat(line).doesNotContain("\n").doesNotContain("How many");
    assertThat(read.tenant()).isEqualTo("acme");
    assertThat(read.label().propensity()).isEqualTo(0.5);
    assertThat(read.label().origin()).isEqualTo("shadow");
    assertThat(read.label().prompt().embedding()).containsExactly(0.6f, -0.8f);
    assertThat(read.label().prompt().features()).containsExactly(features);
    assertThat(read.label().prompt().gain()).isEqualTo(-0.5);
    assertThat(new LabelCodec("encoder/2").read(line)).isEmpty();
    assertThat(codec.read(line.substring(0, line.length() / 2))).isEmpty();
    assertThat(codec.read("")).isEmpty();
    assertThat(codec.read(line.replace("0.25", "7"))).isEmpty();
  }

  @Test
  void label_refusesAPropensityOfZero() {
    assertThatThrownBy(() -> label(new float[DIMENSIONS], 0.5, 0, 0))
        .hasMessageContaining("propensity");
  }

  /** Where the prior expects little there is much to gain, and the other way round. */
  private static List<TrafficLabel> labels(int count, long seed, double propensity) {
    Random random = new Random(seed);
    List<TrafficLabel> labels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean hard = i % 2 == 0;
      labels.add(label(direction(random, hard), hard ? 0.1 : 0.6, hard ? 1 : 0, propensity));
    }
    return labels;
  }

  private static TrafficLabel label(
      float[] embedding, double prior, double gain, double propensity) {
    return new TrafficLabel(
        new LabelledPrompt(embedding, new float[] {1}, prior, gain), propensity, "test");
  }

  private static float[] direction(Random random, boolean first) {
    float[] values = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      values[i] =
          (i == (first ? 0 : DIMENSIONS - 1) ? 0.95f : 0) + 0.1f * (float) random.nextGaussian();
    }
    return values;
  }
}
