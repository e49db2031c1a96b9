package dev.fairlead.onnx.learning;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Whether a head learned from these labels would route better than the prior, found out on labels
 * that it was not fitted to, before anything is routed by it.
 *
 * @param labels that were used
 * @param prior mean gain kept by the prior, over all shares of strong calls
 * @param learned mean gain kept by learned heads, cross-validated
 * @param low lower end of the 95 % interval of the difference
 * @param high its upper end
 * @param shuffled the most that heads learned from shuffled gains kept: what luck can do
 * @param scores of the learned heads, one a label
 */
@SuppressWarnings("ArrayRecordComponent") // Made once, read only.
public record HeadTrial(
    int labels,
    double prior,
    double learned,
    double low,
    double high,
    double shuffled,
    double[] scores) {

  private static final int FOLDS = 5;
  private static final int SHUFFLES = 3;
  private static final long SEED = 20_261_101;

  /**
   * Makes the trial. Blocks: computes for some seconds at 500 labels.
   *
   * @param labels 20 to {@link LearnedHead#MAX_LABELS}
   */
  public static HeadTrial of(List<TrafficLabel> labels) {
    double[] gains = labels.stream().mapToDouble(label -> label.prompt().gain()).toArray();
    double[] weights = labels.stream().mapToDouble(TrafficLabel::weight).toArray();
    double[] priors = labels.stream().mapToDouble(label -> label.prompt().prior()).toArray();
    List<LabelledPrompt> prompts = labels.stream().map(TrafficLabel::prompt).toList();
    RankedGain ranked = new RankedGain(gains, weights);
    double[] scores = crossValidated(prompts);
    double[] interval = ranked.difference(scores, priors, SEED);
    double luck = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < SHUFFLES; i++) {
      luck = Math.max(luck, ranked.of(crossValidated(shuffled(prompts, SEED + i))));
    }
    return new HeadTrial(
        labels.size(),
        ranked.of(priors),
        ranked.of(scores),
        interval[0],
        interval[1],
        luck,
        scores);
  }

  /**
   * Whether the difference between two scores of the same labels is surely below zero.
   *
   * @param scores of the head in use, given before the labels were known
   */
  public static boolean surelyWorse(List<TrafficLabel> labels, double[] scores) {
    double[] gains = labels.stream().mapToDouble(label -> label.prompt().gain()).toArray();
    double[] weights = labels.stream().mapToDouble(TrafficLabel::weight).toArray();
    double[] priors = labels.stream().mapToDouble(label -> label.prompt().prior()).toArray();
    return new RankedGain(gains, weights).difference(scores, priors, SEED)[1] < 0;
  }

  /** Better than the prior beyond the interval, and better than luck. */
  public boolean passed() {
    return low > 0 && learned > shuffled;
  }

  private static double[] crossValidated(List<LabelledPrompt> labels) {
    int[] fold = new Random(SEED).ints(labels.size(), 0, FOLDS).toArray();
    double[] scores = new double[fold.length];
    for (int held = 0; held < FOLDS; held++) {
      int out = held;
      List<LabelledPrompt> others =
          IntStream.range(0, fold.length)
              .filter(i -> fold[i] != out)
              .mapToObj(labels::get)
              .toList();
      LearnedHead head = LearnedHead.fit(others);
      for (int i = 0; i < fold.length; i++) {
        if (fold[i] == held) {
          LabelledPrompt label = labels.get(i);
          scores[i] = head.expectedGain(label.embedding(), label.features(), label.prior());
        }
      }
    }
    return scores;
  }

  private static List<LabelledPrompt> shuffled(List<LabelledPrompt> labels, long seed) {
    double[] gains = labels.stream().mapToDouble(LabelledPrompt::gain).toArray();
    Random random = new Random(seed);
    for (int i = gains.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      double kept = gains[i];
      gains[i] = gains[j];
      gains[j] = kept;
    }
    return IntStream.range(0, gains.length)
        .mapToObj(i -> {
          LabelledPrompt label = labels.get(i);
          return new LabelledPrompt(label.embedding(), label.features(), label.prior(), gains[i]);
        })
        .toList();
  }
}
