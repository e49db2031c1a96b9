package dev.fairlead.tools.train;

import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Raw scores that a trainer's models gave to examples they were not fitted on, by folds.
 *
 * @param scores one an example
 * @param apgrBySource of these scores, against the measured gains
 */
@SuppressWarnings("ArrayRecordComponent") // Passed around inside this package only.
record CrossValidation(HeadTrainer trainer, double[] scores, Map<String, Double> apgrBySource) {

  static final int FOLDS = 5;

  static CrossValidation run(HeadTrainer trainer, TrainingSet set, long seed) {
    int[] fold = folds(set, seed);
    double[] scores = new double[fold.length];
    IntStream.range(0, FOLDS)
        .parallel()
        .forEach(held -> {
          int[] others = IntStream.range(0, fold.length).filter(i -> fold[i] != held).toArray();
          HeadModel model = trainer.fit(set.fitting(others), seed + held);
          for (int i = 0; i < fold.length; i++) {
            if (fold[i] == held) {
              scores[i] = model.predict(set.rows.inputs()[i]);
            }
          }
        });
    return new CrossValidation(trainer, scores, apgrs(scores, set));
  }

  /** Mean over sources: no source counts more for being larger. */
  double macroApgr() {
    return apgrBySource.values().stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  static Map<String, Double> apgrs(double[] scores, TrainingSet set) {
    double[] gains = set.gains();
    Map<String, Double> apgrs = new TreeMap<>();
    for (String source : set.rowsBySource.keySet()) {
      int[] rows = set.rowsOf(source);
      apgrs.put(source, Metrics.apgr(pick(scores, rows), pick(gains, rows)));
    }
    return apgrs;
  }

  private static double[] pick(double[] values, int[] rows) {
    return IntStream.of(rows).mapToDouble(i -> values[i]).toArray();
  }

  /**
   * By prompt, so that a question that two sources have is never fitted on and held back at once.
   */
  private static int[] folds(TrainingSet set, long seed) {
    return set.examples.stream()
        .mapToInt(example -> Math.floorMod(mixed(words(example.prompt()), seed), FOLDS))
        .toArray();
  }

  /** A prompt's letters and numbers: what it is the same question by, however it is set. */
  static String words(String prompt) {
    return prompt.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
  }

  private static int mixed(String words, long seed) {
    return new Random(words.hashCode() * 31L + seed).nextInt(FOLDS * 1_000);
  }
}
