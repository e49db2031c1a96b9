package dev.fairlead.tools.train;

import dev.fairlead.onnx.encoder.SentenceEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * All that a head is fitted on: the measured examples, and our own ordinary prompts beside them. Of
 * the latter the everyday ones enter the fit as an assumption (nothing is gained on them); the
 * others only the reference traffic.
 */
final class TrainingSet {

  /** Weight of the everyday assumption, as a share of the weight of all measured examples. */
  static final double EVERYDAY_SHARE = 0.25;

  /** Fillings of each of our templates. */
  static final int FILLINGS = 6;

  final List<RoutingExample> examples;
  final List<OrdinaryPrompts.Prompt> ordinary;
  final EncodedPrompts encodedOrdinary;
  final InputScaling scaling;
  final Rows rows;
  final Rows ours;
  final Map<String, Integer> rowsBySource = new TreeMap<>();

  private TrainingSet(
      List<RoutingExample> examples,
      EncodedPrompts encoded,
      List<OrdinaryPrompts.Prompt> ordinary,
      EncodedPrompts encodedOrdinary) {
    this.examples = examples;
    this.ordinary = ordinary;
    this.encodedOrdinary = encodedOrdinary;
    this.scaling = InputScaling.fit(encoded.features());
    examples.forEach(example -> rowsBySource.merge(example.source(), 1, Integer::sum));
    this.rows =
        new Rows(
            encoded.inputs(scaling),
            examples.stream().mapToDouble(TrainingSource::target).toArray(),
            weights(),
            examples.stream()
                .mapToInt(example -> TrainingSource.group(example.source()))
                .toArray());
    this.ours = ourRows();
  }

  static TrainingSet read(Path folder, SentenceEncoder encoder, int maxTokens, long seed)
      throws IOException {
    List<RoutingExample> examples = new ArrayList<>();
    for (TrainingSource source : TrainingSource.ALL) {
      Path file = folder.resolve(source.file());
      if (!Files.isReadable(file)) {
        throw new IOException(
            file
                + ": cannot be read (expected: outcomes of "
                + source.name()
                + ", gzip JSON lines)");
      }
      examples.addAll(RoutingExample.read(file));
    }
    return of(examples, encoder, maxTokens, seed);
  }

  /** Of examples whose sources may all train. */
  static TrainingSet of(
      List<RoutingExample> examples, SentenceEncoder encoder, int maxTokens, long seed) {
    EncodedPrompts encoded =
        EncodedPrompts.of(
            encoder, examples.stream().map(RoutingExample::prompt).toList(), maxTokens);
    return of(examples, encoded, encoder, maxTokens, seed);
  }

  /** Of examples that are encoded already. */
  static TrainingSet of(
      List<RoutingExample> examples,
      EncodedPrompts encoded,
      SentenceEncoder encoder,
      int maxTokens,
      long seed) {
    List<OrdinaryPrompts.Prompt> ordinary = OrdinaryPrompts.generate(seed, FILLINGS);
    EncodedPrompts encodedOrdinary =
        EncodedPrompts.of(
            encoder, ordinary.stream().map(OrdinaryPrompts.Prompt::text).toList(), maxTokens);
    return new TrainingSet(examples, encoded, ordinary, encodedOrdinary);
  }

  /** Rows of these examples, and our own prompts as the last groups. */
  Rows fitting(int[] chosen) {
    return rows.select(chosen).and(ours);
  }

  double[] gains() {
    return examples.stream().mapToDouble(RoutingExample::gain).toArray();
  }

  boolean[] strongIsBetter() {
    boolean[] outcomes = new boolean[examples.size()];
    for (int i = 0; i < outcomes.length; i++) {
      outcomes[i] = examples.get(i).gain() > 0;
    }
    return outcomes;
  }

  int[] rowsOf(String source) {
    return IntStream.range(0, examples.size())
        .filter(i -> examples.get(i).source().equals(source))
        .toArray();
  }

  /**
   * A source's weight grows with the square root of its rows, so that the largest does not drown
   * the others.
   */
  private double[] weights() {
    double[] weights =
        examples.stream()
            .mapToDouble(example -> 1 / Math.sqrt(rowsBySource.getOrDefault(example.source(), 1)))
            .toArray();
    double mean = Arrays.stream(weights).average().orElse(1);
    return Arrays.stream(weights).map(weight -> weight / mean).toArray();
  }

  /**
   * Everyday prompts gain nothing; of the others nothing is assumed, so they weigh nothing. The two
   * are kinds of traffic of their own: by one alone a gate tells only what is no examination.
   */
  private Rows ourRows() {
    double[] weights = new double[ordinary.size()];
    for (int i = 0; i < weights.length; i++) {
      if (ordinary.get(i).kind() == OrdinaryPrompts.Kind.EVERYDAY) {
        weights[i] = EVERYDAY_SHARE * examples.size() / everydayCount();
      }
    }
    int everyday = TrainingSource.ALL.size();
    int[] groups =
        ordinary.stream()
            .mapToInt(one -> one.kind() == OrdinaryPrompts.Kind.EVERYDAY ? everyday : everyday + 1)
            .toArray();
    return new Rows(encodedOrdinary.inputs(scaling), new double[ordinary.size()], weights, groups);
  }

  long everydayCount() {
    return ordinary.stream()
        .filter(prompt -> prompt.kind() == OrdinaryPrompts.Kind.EVERYDAY)
        .count();
  }
}
