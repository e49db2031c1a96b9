package dev.fairlead.tools.train;

import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.complexity.HeadManifest;
import dev.fairlead.onnx.complexity.QuantileTable;
import dev.fairlead.onnx.features.PromptFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The chosen head, calibrated, with what is known of its quality.
 *
 * @param validations of all candidates, the chosen one first
 * @param brier of the calibrated probabilities on examples not fitted on, by source
 * @param reliability of probabilities that were calibrated on other examples
 * @param meanComplexity of our own prompts, by kind
 */
@SuppressWarnings("ArrayRecordComponent") // Passed around inside this package only.
record TrainedHead(
    HeadManifest manifest,
    byte[] graph,
    List<CrossValidation> validations,
    Calibration calibration,
    Map<String, Double> brier,
    Reliability reliability,
    Map<String, Double> meanComplexity) {

  private static final int QUANTILES = 201;

  /**
   * Means that differ by less are called equal: well within the deviation of chance on these
   * sources.
   */
  private static final double TIE = 0.005;

  /**
   * Trains.
   *
   * @param candidates the simplest first
   */
  static TrainedHead train(
      TrainingSet set, List<HeadTrainer> candidates, int maxTokens, String version, long seed) {
    List<CrossValidation> validations = validate(candidates, set, seed);
    CrossValidation best = validations.getFirst();
    Calibration calibration =
        Calibration.fit(best.scores(), set.strongIsBetter(), set.rows.weights());
    int[] all = IntStream.range(0, set.examples.size()).toArray();
    HeadModel model = best.trainer().fit(set.fitting(all), seed);
    int dimensions = set.encodedOrdinary.embeddings()[0].length;
    byte[] graph = HeadGraph.write(dimensions, set.scaling, model, calibration);
    double[] ordinaryGains =
        Arrays.stream(set.encodedOrdinary.inputs(set.scaling))
            .mapToDouble(input -> calibration.probability(model.predict(input)))
            .toArray();
    double[] heldBackGains = Arrays.stream(best.scores()).map(calibration::probability).toArray();
    QuantileTable quantiles = referenceTraffic(set, heldBackGains, ordinaryGains);
    HeadManifest manifest =
        new HeadManifest(
            version,
            new ModelFile("graph", graph).sha256(),
            dimensions,
            maxTokens,
            PromptFeatures.names(),
            Arrays.stream(quantiles.points()).boxed().toList());
    return new TrainedHead(
        manifest,
        graph,
        validations,
        calibration,
        briers(set, heldBackGains),
        Reliability.of(best.scores(), set.strongIsBetter(), set.rows.weights(), seed),
        meanComplexities(set, quantiles, ordinaryGains));
  }

  /**
   * All candidates, the chosen one first: the first of them that is not clearly worse than the
   * best.
   */
  private static List<CrossValidation> validate(
      List<HeadTrainer> candidates, TrainingSet set, long seed) {
    List<CrossValidation> all =
        new ArrayList<>(
            candidates.stream()
                .map(candidate -> CrossValidation.run(candidate, set, seed))
                .toList());
    double best = all.stream().mapToDouble(CrossValidation::macroApgr).max().orElseThrow();
    CrossValidation chosen =
        all.stream()
            .filter(candidate -> candidate.macroApgr() >= best - TIE)
            .findFirst()
            .orElseThrow();
    all.remove(chosen);
    all.addFirst(chosen);
    return List.copyOf(all);
  }

  CrossValidation chosen() {
    return validations.getFirst();
  }

  /** Chance, for comparison: the same curve of scores drawn at random. */
  static Map<String, Double> randomApgrs(TrainingSet set, long seed) {
    Random random = new Random(seed);
    double[] scores = new double[set.examples.size()];
    Arrays.setAll(scores, i -> random.nextDouble());
    return CrossValidation.apgrs(scores, set);
  }

  /** Half of it the benchmarks, each source alike; half our own prompts, each kind by its share. */
  private static QuantileTable referenceTraffic(
      TrainingSet set, double[] measured, double[] ordinary) {
    double[] gains = Arrays.copyOf(measured, measured.length + ordinary.length);
    System.arraycopy(ordinary, 0, gains, measured.length, ordinary.length);
    double[] weights = new double[gains.length];
    for (int i = 0; i < measured.length; i++) {
      weights[i] =
          0.5
              / set.rowsBySource.size()
              / set.rowsBySource.getOrDefault(set.examples.get(i).source(), 1);
    }
    for (int i = 0; i < ordinary.length; i++) {
      OrdinaryPrompts.Kind kind = set.ordinary.get(i).kind();
      long ofKind = set.ordinary.stream().filter(prompt -> prompt.kind() == kind).count();
      weights[measured.length + i] = 0.5 * kind.share / ofKind;
    }
    return QuantileTable.ofSample(gains, weights, QUANTILES);
  }

  private static Map<String, Double> briers(TrainingSet set, double[] probabilities) {
    boolean[] outcomes = set.strongIsBetter();
    Map<String, Double> briers = new TreeMap<>();
    for (String source : set.rowsBySource.keySet()) {
      int[] rows = set.rowsOf(source);
      double[] chosen = Arrays.stream(rows).mapToDouble(i -> probabilities[i]).toArray();
      boolean[] happened = new boolean[rows.length];
      for (int i = 0; i < rows.length; i++) {
        happened[i] = outcomes[rows[i]];
      }
      briers.put(source, Metrics.brier(chosen, happened));
    }
    return briers;
  }

  private static Map<String, Double> meanComplexities(
      TrainingSet set, QuantileTable quantiles, double[] gains) {
    Map<String, Double> means = new TreeMap<>();
    for (OrdinaryPrompts.Kind kind : OrdinaryPrompts.Kind.values()) {
      double mean =
          IntStream.range(0, gains.length)
              .filter(i -> set.ordinary.get(i).kind() == kind)
              .mapToDouble(i -> quantiles.quantileOf(gains[i]))
              .average()
              .orElse(0);
      means.put(kind.name().toLowerCase(Locale.ROOT), mean);
    }
    return means;
  }
}
