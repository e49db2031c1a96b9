package dev.fairlead.tools.eval.harness;

import dev.fairlead.tools.eval.harness.EvalResult.Interval;
import dev.fairlead.tools.eval.harness.EvalResult.OfTier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Statistics over a table of outcomes: rows are prompts, columns models. Everything random comes
 * from the seed.
 */
final class EvalStudy {

  private static final int DRAWS = 1_000;
  private static final String UNIFORM = "random";

  private final List<EvalGateway.Model> models;
  private final Outcome[][] table;
  private final int baseline;
  private final Limits limits;
  private final long seed;

  /**
   * What a prompt may cost and take.
   *
   * @param costUsd null for no limit
   * @param latencyMillis null for no limit
   */
  record Limits(@Nullable Double costUsd, @Nullable Double latencyMillis) {

    boolean met(Outcome outcome) {
      return outcome.answered()
          && (costUsd == null || outcome.costUsd() <= costUsd)
          && (latencyMillis == null || outcome.latencyMillis() <= latencyMillis);
    }
  }

  /** A point of the curve of cost and quality, both as shares of the baseline's. */
  record Point(double cost, double quality) {}

  private EvalStudy(
      List<EvalGateway.Model> models, Outcome[][] table, int baseline, Limits limits, long seed) {
    this.models = models;
    this.table = table;
    this.baseline = baseline;
    this.limits = limits;
    this.seed = seed;
  }

  /**
   * A study.
   *
   * @throws IOException when an outcome is missing
   */
  static EvalStudy of(
      List<EvalPrompt> prompts,
      List<EvalGateway.Model> models,
      Outcomes outcomes,
      String baseline,
      Limits limits,
      long seed)
      throws IOException {
    Outcome[][] table = new Outcome[prompts.size()][models.size()];
    for (int i = 0; i < table.length; i++) {
      for (int j = 0; j < models.size(); j++) {
        String prompt = prompts.get(i).id();
        String model = models.get(j).id();
        table[i][j] =
            outcomes
                .find(prompt, model)
                .orElseThrow(() ->
                    new IOException(
                        "no outcome of "
                            + prompt
                            + " on "
                            + model
                            + " (expected: each prompt on each model)"));
      }
    }
    return new EvalStudy(List.copyOf(models), table, column(models, baseline), limits, seed);
  }

  private static int column(List<EvalGateway.Model> models, String id) throws IOException {
    for (int j = 0; j < models.size(); j++) {
      if (models.get(j).id().equals(id)) {
        return j;
      }
    }
    throw new IOException(
        "model "
            + id
            + " is not among those evaluated (expected: one of "
            + models.stream().map(EvalGateway.Model::id).toList()
            + ")");
  }

  /** What a policy's picks, one a prompt, come to. */
  EvalResult result(String policy, List<String> picks) throws IOException {
    int[] columns = new int[picks.size()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = column(models, picks.get(i));
    }
    return result(policy, columns, shuffled(columns));
  }

  /** Every prompt on the same model. */
  EvalResult always(String model) throws IOException {
    int[] columns = new int[table.length];
    Arrays.fill(columns, column(models, model));
    return result("always " + model, columns, null);
  }

  /** Each prompt on any model: means over many draws, and of one of them the tiers. */
  EvalResult random() {
    Random random = new Random(seed);
    int[] columns = random.ints(table.length, 0, models.size()).toArray();
    EvalResult one = result(UNIFORM, columns, null);
    double[] retentions = new double[DRAWS];
    double cost = 0;
    double quality = 0;
    double sla = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
      int[] drawn = random.ints(table.length, 0, models.size()).toArray();
      retentions[draw] = quality(drawn) / baselineQuality();
      cost += cost(drawn) / DRAWS;
      quality += quality(drawn) / table.length / DRAWS;
      sla += sla(drawn, all()) / DRAWS;
    }
    return new EvalResult(
        UNIFORM,
        table.length,
        cost,
        saving(cost),
        quality,
        baselineQuality() > 0 ? interval(retentions) : null,
        sla,
        null,
        one.tiers());
  }

  private EvalResult result(String policy, int[] columns, @Nullable Interval shuffled) {
    double cost = cost(columns);
    return new EvalResult(
        policy,
        table.length,
        cost,
        saving(cost),
        quality(columns) / table.length,
        retention(columns, all()),
        sla(columns, all()),
        shuffled,
        tiers(columns));
  }

  private List<OfTier> tiers(int[] columns) {
    Map<String, List<Integer>> rows = new LinkedHashMap<>();
    models.forEach(model -> rows.putIfAbsent(model.tier(), new ArrayList<>()));
    for (int i = 0; i < columns.length; i++) {
      rows.computeIfAbsent(models.get(columns[i]).tier(), tier -> new ArrayList<>()).add(i);
    }
    List<OfTier> tiers = new ArrayList<>();
    rows.forEach((tier, served) -> {
      if (!served.isEmpty()) {
        int[] of = served.stream().mapToInt(Integer::intValue).toArray();
        double cost = Arrays.stream(of).mapToDouble(i -> table[i][columns[i]].costUsd()).sum();
        double quality =
            Arrays.stream(of).mapToDouble(i -> table[i][columns[i]].quality()).average().orElse(0);
        tiers.add(
            new OfTier(tier, of.length, cost, quality, retention(columns, of), sla(columns, of)));
      }
    });
    tiers.sort(java.util.Comparator.comparingDouble(tier -> tier.costUsd() / tier.prompts()));
    return tiers;
  }

  /** The prompts of highest score to the baseline, one more at each point, the others elsewhere. */
  List<Point> curve(double[] scores, String cheapest) throws IOException {
    int cheap = column(models, cheapest);
    Integer[] order = IntStream.range(0, table.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, (a, b) -> Double.compare(scores[b], scores[a]));
    int[] columns = new int[table.length];
    Arrays.fill(columns, cheap);
    List<Point> points = new ArrayList<>();
    points.add(point(columns));
    for (int row : order) {
      columns[row] = baseline;
      points.add(point(columns));
    }
    return points;
  }

  private Point point(int[] columns) {
    return new Point(cost(columns) / baselineCost(), quality(columns) / baselineQuality());
  }

  /** The model of the lowest cost over all prompts. */
  String cheapest() {
    Map<Double, String> byCost = new TreeMap<>();
    for (int j = models.size() - 1; j >= 0; j--) {
      int[] columns = new int[table.length];
      Arrays.fill(columns, j);
      byCost.put(cost(columns), models.get(j).id());
    }
    return byCost.values().iterator().next();
  }

  /** Whether shares of the baseline's cost and quality mean something. */
  boolean hasBaseline() {
    return baselineCost() > 0 && baselineQuality() > 0;
  }

  /** Calls that no model answered. */
  long failures() {
    return Arrays.stream(table)
        .flatMap(Arrays::stream)
        .filter(outcome -> !outcome.answered())
        .count();
  }

  private @Nullable Interval retention(int[] columns, int[] rows) {
    double reference = Arrays.stream(rows).mapToDouble(i -> table[i][baseline].quality()).sum();
    if (reference == 0) {
      return null;
    }
    double kept = Arrays.stream(rows).mapToDouble(i -> table[i][columns[i]].quality()).sum();
    Random random = new Random(seed);
    double[] draws = new double[DRAWS];
    for (int draw = 0; draw < DRAWS; draw++) {
      double some = 0;
      double of = 0;
      for (int k = 0; k < rows.length; k++) {
        int row = rows[random.nextInt(rows.length)];
        some += table[row][columns[row]].quality();
        of += table[row][baseline].quality();
      }
      // A draw without any quality of the baseline's says nothing about shares of it.
      draws[draw] = of == 0 ? kept / reference : some / of;
    }
    Interval drawn = interval(draws);
    return new Interval(kept / reference, drawn.low(), drawn.high());
  }

  private @Nullable Interval shuffled(int[] columns) {
    if (baselineQuality() == 0) {
      return null;
    }
    Random random = new Random(seed);
    int[] order = columns.clone();
    double[] draws = new double[DRAWS];
    for (int draw = 0; draw < DRAWS; draw++) {
      for (int i = order.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int kept = order[i];
        order[i] = order[j];
        order[j] = kept;
      }
      draws[draw] = quality(order) / baselineQuality();
    }
    return interval(draws);
  }

  private static Interval interval(double[] draws) {
    double[] sorted = draws.clone();
    Arrays.sort(sorted);
    int tail = sorted.length / 40;
    return new Interval(
        Arrays.stream(sorted).average().orElse(0), sorted[tail], sorted[sorted.length - 1 - tail]);
  }

  private int[] all() {
    return IntStream.range(0, table.length).toArray();
  }

  private double sla(int[] columns, int[] rows) {
    long met = Arrays.stream(rows).filter(i -> limits.met(table[i][columns[i]])).count();
    return (double) met / rows.length;
  }

  private @Nullable Double saving(double cost) {
    return baselineCost() > 0 ? 1 - cost / baselineCost() : null;
  }

  private double cost(int[] columns) {
    return IntStream.range(0, table.length).mapToDouble(i -> table[i][columns[i]].costUsd()).sum();
  }

  private double quality(int[] columns) {
    return IntStream.range(0, table.length).mapToDouble(i -> table[i][columns[i]].quality()).sum();
  }

  private double baselineCost() {
    return Arrays.stream(table).mapToDouble(row -> row[baseline].costUsd()).sum();
  }

  private double baselineQuality() {
    return Arrays.stream(table).mapToDouble(row -> row[baseline].quality()).sum();
  }
}
