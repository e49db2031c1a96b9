package dev.fairlead.onnx.learning;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Whether a head learned from these labels would route better than the prior, found out on labels
 * that it was not fitted to, before anything is routed by it. Labels of one prompt are held back
 * and resampled together, so that a prompt that comes again and again counts once.
 *
 * @param labels that were used
 * @param prompts different ones among them
 * @param prior mean gain kept by the prior, over all shares of strong calls
 * @param learned mean gain kept by learned heads, cross-validated
 * @param low lower end of the 95 % interval of the difference
 * @param high its upper end
 * @param shuffled the most that heads learned from shuffled gains kept of these: what luck can do
 * @param scores of the learned heads, one a label
 * @param scale from such scores to the gain to be expected
 */
@SuppressWarnings("ArrayRecordComponent") // Made once, read only.
public record HeadTrial(
    int labels,
    int prompts,
    double prior,
    double learned,
    double low,
    double high,
    double shuffled,
    double[] scores,
    GainScale scale) {

  private static final int FOLDS = 5;

  /** With nothing to learn, one head in ten is better than all of these. */
  private static final int SHUFFLES = 9;

  /** Different prompts without which nothing is tried: fewer cannot stand for others. */
  private static final int LEAST_PROMPTS = 20;

  private static final long SEED = 20_261_101;

  /**
   * Makes the trial. Blocks: computes for some seconds at 500 labels.
   *
   * @param labels 2 to {@link LearnedHead#MAX_LABELS}
   */
  public static HeadTrial of(List<TrafficLabel> labels) {
    double[] gains = labels.stream().mapToDouble(label -> label.prompt().gain()).toArray();
    double[] weights = labels.stream().mapToDouble(TrafficLabel::weight).toArray();
    double[] priors = labels.stream().mapToDouble(label -> label.prompt().prior()).toArray();
    List<LabelledPrompt> prompts = labels.stream().map(TrafficLabel::prompt).toList();
    PromptGroups groups = PromptGroups.of(prompts);
    RankedGain ranked = new RankedGain(gains, weights);
    double kept = ranked.of(priors);
    if (groups.count() < LEAST_PROMPTS) {
      return new HeadTrial(
          labels.size(), groups.count(), kept, kept, 0, 0, kept, priors, GainScale.NONE);
    }
    double[] scores = crossValidated(prompts, groups);
    double[] interval = ranked.difference(scores, priors, groups, SEED);
    double luck = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < SHUFFLES; i++) {
      luck = Math.max(luck, shuffled(prompts, weights, groups, SEED + i));
    }
    return new HeadTrial(
        labels.size(),
        groups.count(),
        kept,
        ranked.of(scores),
        interval[0],
        interval[1],
        luck,
        scores,
        GainScale.fit(scores, gains, weights));
  }

  /**
   * Whether the difference between two scores of the same labels is surely below zero.
   *
   * @param scores of the head in use, given before the labels were known
   * @param error probability with which scores that are as good may be called worse, to 0.5
   */
  public static boolean surelyWorse(List<TrafficLabel> labels, double[] scores, double error) {
    double[] gains = labels.stream().mapToDouble(label -> label.prompt().gain()).toArray();
    double[] weights = labels.stream().mapToDouble(TrafficLabel::weight).toArray();
    double[] priors = labels.stream().mapToDouble(label -> label.prompt().prior()).toArray();
    PromptGroups groups = PromptGroups.of(labels.stream().map(TrafficLabel::prompt).toList());
    return new RankedGain(gains, weights).isBelow(scores, priors, groups, error, SEED);
  }

  /** Better than the prior beyond the interval, and better than luck. */
  public boolean passed() {
    return low > 0 && learned > shuffled;
  }

  private static double[] crossValidated(List<LabelledPrompt> labels, PromptGroups groups) {
    int[] fold = groups.folds(FOLDS, SEED);
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

  /**
   * What the same procedure keeps when gains are shuffled before all of it (Ojala and Garriga,
   * 2010), each with its weight, so that chance is what it was. Held against the true gains such
   * heads would show which orders there are, of which two topics have two, and not what is found
   * where there is nothing.
   */
  private static double shuffled(
      List<LabelledPrompt> labels, double[] weights, PromptGroups groups, long seed) {
    int[] source = groups.shuffled(seed);
    List<LabelledPrompt> mixed = new ArrayList<>();
    for (int i = 0; i < source.length; i++) {
      LabelledPrompt label = labels.get(i);
      double gain = labels.get(source[i]).gain();
      mixed.add(new LabelledPrompt(label.embedding(), label.features(), label.prior(), gain));
    }
    double[] gains = mixed.stream().mapToDouble(LabelledPrompt::gain).toArray();
    double[] theirs = IntStream.of(source).mapToDouble(i -> weights[i]).toArray();
    return new RankedGain(gains, theirs).of(crossValidated(mixed, groups));
  }
}
