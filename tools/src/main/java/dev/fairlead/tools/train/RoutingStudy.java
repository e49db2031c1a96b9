package dev.fairlead.tools.train;

import dev.fairlead.onnx.complexity.ComplexityHead;
import dev.fairlead.onnx.encoder.SentenceEncoder;
import dev.fairlead.onnx.learning.LabelledPrompt;
import dev.fairlead.onnx.learning.LearnedHead;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Heads of several kinds on prompts whose outcomes were measured, each scored on prompts that it
 * was not fitted on. Not thread-safe; its methods compute for seconds to minutes.
 */
public final class RoutingStudy {

  /** Labels of a source's own that {@link #afterOwnLabels} learns from. */
  public static final int OWN_LABELS = 200;

  private static final int DRAWS = 5;
  private static final int MAX_TOKENS = 128;
  private static final RbfTrainer IN_DOMAIN = new RbfTrainer(800, 0.5, 10);

  /** A linear head, where a source has fewer labels than radial functions would want. */
  private static final RidgeTrainer FEW = new RidgeTrainer(3);

  private static final int FEW_LABELS = 1_000;

  private final List<RoutingExample> examples;
  private final EncodedPrompts encoded;
  private final SentenceEncoder encoder;
  private final int samples;
  private final long seed;
  private double @Nullable [] prior;

  private RoutingStudy(
      List<RoutingExample> examples,
      EncodedPrompts encoded,
      SentenceEncoder encoder,
      int samples,
      long seed) {
    this.examples = examples;
    this.encoded = encoded;
    this.encoder = encoder;
    this.samples = samples;
    this.seed = seed;
  }

  /**
   * Encodes the prompts, or reads them from the file.
   *
   * @param samples prompts of a source that are scored at most; heads are fitted on all
   * @param vectors file to keep encoded prompts in; null for none
   */
  public static RoutingStudy of(
      List<RoutingExample> examples,
      SentenceEncoder encoder,
      int samples,
      long seed,
      @Nullable Path vectors)
      throws IOException {
    List<String> prompts = examples.stream().map(RoutingExample::prompt).toList();
    EncodedPrompts encoded =
        vectors == null
            ? EncodedPrompts.of(encoder, prompts, MAX_TOKENS)
            : new VectorCache(vectors).get(encoder, prompts, MAX_TOKENS);
    return new RoutingStudy(List.copyOf(examples), encoded, encoder, samples, seed);
  }

  /** The sources, in the order of the examples. */
  public Set<String> sources() {
    Set<String> sources = new LinkedHashSet<>();
    examples.forEach(example -> sources.add(example.source()));
    return sources;
  }

  /** The prompts of a source that are scored, in order. */
  public List<RoutingExample> scored(String source) {
    return Arrays.stream(asked(source)).mapToObj(examples::get).toList();
  }

  /** Scores from elsewhere. */
  public ScoredPrompts of(String source, double[] scores) {
    return scored(asked(source), scores);
  }

  /** Whether a source may train what is shipped; the shipped head has then seen its prompts. */
  public static boolean trains(String source) {
    return TrainingSource.ALL.stream().anyMatch(known -> known.name().equals(source));
  }

  /** Numbers drawn at random. */
  public ScoredPrompts random(String source) {
    return of(source, new Random(seed).doubles(asked(source).length).toArray());
  }

  /** The longer, the stronger. */
  public ScoredPrompts length(String source) {
    return of(source, scored(source).stream().mapToDouble(one -> one.prompt().length()).toArray());
  }

  /** The head that is shipped. */
  public ScoredPrompts shipped(String source) {
    try (ComplexityHead head = ComplexityHead.shipped()) {
      double[] scores =
          Arrays.stream(asked(source))
              .mapToDouble(i -> head.expectedGain(encoded.embeddings()[i], encoded.features()[i]))
              .toArray();
      return of(source, scores);
    }
  }

  /** A head of the source's own, cross-validated; with shuffled outcomes it must be at chance. */
  public ScoredPrompts inDomain(String source, boolean shuffled) {
    int[] rows = rowsOf(source);
    EncodedPrompts own = encoded.select(rows);
    double[] targets = targets(rows, shuffled);
    double[] ones = new double[rows.length];
    Arrays.fill(ones, 1);
    Rows all = new Rows(own.inputs(InputScaling.fit(own.features())), targets, ones);
    int[] fold = new Random(seed).ints(rows.length, 0, CrossValidation.FOLDS).toArray();
    double[] scores = new double[rows.length];
    IntStream.range(0, CrossValidation.FOLDS)
        .parallel()
        .forEach(held -> {
          Rows fitting = all.select(where(fold, held, false));
          int[] asked = where(fold, held, true);
          double[] answers = inDomain(fitting, all.select(asked).inputs());
          for (int i = 0; i < asked.length; i++) {
            scores[asked[i]] = answers[i];
          }
        });
    return pick(source, rows, scores);
  }

  private double[] inDomain(Rows fitting, float[][] asked) {
    if (fitting.size() >= FEW_LABELS) {
      return IN_DOMAIN.scores(fitting, asked, seed);
    }
    LinearModel model = FEW.fit(fitting, seed);
    return Arrays.stream(asked).mapToDouble(model::predict).toArray();
  }

  /** The shipped kind of head, fitted on other prompts of all sources that may train. */
  public ScoredPrompts prior(String source) {
    double[] known = prior;
    if (known == null) {
      int[] rows = trainingRows("");
      if (rows.length == 0) {
        return of(source, new double[asked(source).length]);
      }
      TrainingSet set = set(rows);
      HeadTrainer trainer = HeadCandidates.mixture(encoder.dimensions());
      double[] held = CrossValidation.run(trainer, set, seed).scores();
      HeadModel full = trainer.fit(set.fitting(IntStream.range(0, rows.length).toArray()), seed);
      known = predict(full, set);
      for (int i = 0; i < rows.length; i++) {
        known[rows[i]] = held[i];
      }
      prior = known;
    }
    return of(source, pick(asked(source), known));
  }

  /**
   * The shipped kind of head, fitted on the other sources that may train; without any, it knows
   * nothing and scores all alike.
   */
  public ScoredPrompts otherSources(String source) {
    return of(source, pick(asked(source), fromOthers(source)));
  }

  /** The head of {@link #otherSources} after labels of the source's own, in several draws. */
  public List<ScoredPrompts> afterOwnLabels(String source) {
    double[] prior = fromOthers(source);
    List<ScoredPrompts> draws = new ArrayList<>();
    for (int draw = 0; draw < DRAWS; draw++) {
      int[] order = shuffled(rowsOf(source), seed + draw);
      int labels = Math.min(OWN_LABELS, order.length / 2);
      List<LabelledPrompt> own =
          Arrays.stream(order, 0, labels).mapToObj(i -> label(i, prior[i])).toList();
      LearnedHead head = LearnedHead.fit(own);
      int[] asked = Arrays.copyOfRange(order, labels, Math.min(order.length, labels + samples));
      double[] scores =
          Arrays.stream(asked)
              .mapToDouble(i ->
                  head.expectedGain(
                      encoded.embeddings()[i], encoded.features()[i], bounded(prior[i])))
              .toArray();
      draws.add(scored(asked, scores));
    }
    return draws;
  }

  private LabelledPrompt label(int row, double prior) {
    return new LabelledPrompt(
        encoded.embeddings()[row],
        encoded.features()[row],
        bounded(prior),
        Math.clamp(examples.get(row).gain(), -1, 1));
  }

  private static double bounded(double gain) {
    return Math.clamp(gain, 0, 1);
  }

  private double[] fromOthers(String source) {
    int[] rows = trainingRows(source);
    if (rows.length == 0) {
      return new double[examples.size()];
    }
    TrainingSet set = set(rows);
    HeadModel model =
        HeadCandidates.mixture(encoder.dimensions())
            .fit(set.fitting(IntStream.range(0, rows.length).toArray()), seed);
    return predict(model, set);
  }

  private TrainingSet set(int[] rows) {
    List<RoutingExample> chosen = Arrays.stream(rows).mapToObj(examples::get).toList();
    return TrainingSet.of(chosen, encoded.select(rows), encoder, MAX_TOKENS, seed);
  }

  private double[] predict(HeadModel model, TrainingSet set) {
    float[][] inputs = encoded.inputs(set.scaling);
    return Arrays.stream(inputs).parallel().mapToDouble(model::predict).toArray();
  }

  /** Without a source, and without its questions where another source has them, too. */
  private int[] trainingRows(String without) {
    Set<String> questions =
        Arrays.stream(rowsOf(without)).mapToObj(this::words).collect(Collectors.toSet());
    return IntStream.range(0, examples.size())
        .filter(i -> trains(examples.get(i).source()))
        .filter(i -> !examples.get(i).source().equals(without))
        .filter(i -> questions.isEmpty() || !questions.contains(words(i)))
        .toArray();
  }

  private String words(int row) {
    return CrossValidation.words(examples.get(row).prompt());
  }

  private int[] rowsOf(String source) {
    return IntStream.range(0, examples.size())
        .filter(i -> examples.get(i).source().equals(source))
        .toArray();
  }

  private int[] asked(String source) {
    int[] rows = rowsOf(source);
    if (samples >= rows.length) {
      return rows;
    }
    int[] chosen = Arrays.copyOf(shuffled(rows, seed), samples);
    Arrays.sort(chosen);
    return chosen;
  }

  private double[] targets(int[] rows, boolean shuffled) {
    int[] from = shuffled ? shuffled(rows, seed) : rows;
    return Arrays.stream(from).mapToDouble(i -> TrainingSource.target(examples.get(i))).toArray();
  }

  private ScoredPrompts pick(String source, int[] rows, double[] scores) {
    double[] all = new double[examples.size()];
    for (int i = 0; i < rows.length; i++) {
      all[rows[i]] = scores[i];
    }
    return of(source, pick(asked(source), all));
  }

  private ScoredPrompts scored(int[] rows, double[] scores) {
    double[] gains = Arrays.stream(rows).mapToDouble(i -> examples.get(i).gain()).toArray();
    double strong =
        Arrays.stream(rows).mapToDouble(i -> examples.get(i).strong()).average().orElseThrow();
    return new ScoredPrompts(scores, gains, strong);
  }

  private static double[] pick(int[] rows, double[] values) {
    return Arrays.stream(rows).mapToDouble(i -> values[i]).toArray();
  }

  private static int[] where(int[] fold, int held, boolean equal) {
    return IntStream.range(0, fold.length).filter(i -> (fold[i] == held) == equal).toArray();
  }

  private static int[] shuffled(int[] rows, long seed) {
    int[] order = rows.clone();
    Random random = new Random(seed);
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }
}
