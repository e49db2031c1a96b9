package dev.fairlead.gateway.slo;

import dev.fairlead.common.config.Expect;
import dev.fairlead.gateway.ledger.PromptClass;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code slo}.
 *
 * @param latencyP95Ms milliseconds that 95 % of the answers may take
 * @param firstTokenP95Ms milliseconds that the first token of 95 % of the streams may take; 0 means
 *     no objective
 * @param availability share of tries that must succeed, 0 to 1
 * @param statisticsWindow how far back quantiles and error rates reach
 * @param shortWindow the window that tells that a problem is still there
 * @param longWindow the window that tells that it matters, at least {@code shortWindow}
 * @param minSamples tries in a window below which its burn is not known, 1 or more
 * @param shedAbove burn from which on a model is given less traffic
 * @param restoreBelow burn below which it is given more again, at most {@code shedAbove}
 * @param adjustEvery time between two changes of a model's share
 * @param probeShare least share of a burning model, 0 to 1: what shows that it has recovered
 * @param models objectives by catalogue id
 * @param routes objectives by model name as clients ask for it, such as {@code auto}
 * @param tenants objectives by tenant
 * @param classes objectives by class of prompt, such as {@code tools_long}, or by its kind alone,
 *     such as {@code tools}
 */
public record SloConfig(
    double latencyP95Ms,
    double firstTokenP95Ms,
    double availability,
    Duration statisticsWindow,
    Duration shortWindow,
    Duration longWindow,
    int minSamples,
    double shedAbove,
    double restoreBelow,
    Duration adjustEvery,
    double probeShare,
    Map<String, OwnObjective> models,
    Map<String, OwnObjective> routes,
    Map<String, OwnObjective> tenants,
    Map<String, OwnObjective> classes) {

  private static final double LONGEST_MS = 3_600_000;

  /** Validates and copies. */
  public SloConfig {
    Expect.range("slo.latency_p95_ms", latencyP95Ms, 1, LONGEST_MS);
    Expect.range("slo.first_token_p95_ms", firstTokenP95Ms, 0, LONGEST_MS);
    Expect.range("slo.availability", availability, 0.0, 1.0);
    Expect.positive("slo.statistics_window", statisticsWindow);
    Expect.positive("slo.short_window", shortWindow);
    Expect.that(
        longWindow.compareTo(shortWindow) >= 0,
        "slo.long_window",
        longWindow.toString(),
        "at least slo.short_window, " + shortWindow);
    Expect.range("slo.min_samples", minSamples, 1, 1_000_000);
    Expect.range("slo.shed_above", shedAbove, 0.01, 1000);
    Expect.range("slo.restore_below", restoreBelow, 0.0, shedAbove);
    Expect.positive("slo.adjust_every", adjustEvery);
    Expect.range("slo.probe_share", probeShare, 0.0, 1.0);
    models = checked("models", models);
    routes = checked("routes", routes);
    tenants = checked("tenants", tenants);
    classes = checked("classes", classes);
    for (String name : classes.keySet()) {
      Expect.that(
          PromptClass.NAMES.contains(name),
          "slo.classes",
          name,
          "one of " + String.join(", ", PromptClass.NAMES));
    }
  }

  private static Map<String, OwnObjective> checked(String kind, Map<String, OwnObjective> own) {
    own.forEach((name, objective) -> objective.check("slo." + kind + "." + name));
    return Map.copyOf(own);
  }

  /**
   * An objective of one model, route, tenant or class; null keeps the section's.
   *
   * @param latencyP95Ms see {@link SloConfig}
   * @param firstTokenP95Ms see {@link SloConfig}
   * @param availability see {@link SloConfig}
   */
  public record OwnObjective(
      @Nullable Double latencyP95Ms,
      @Nullable Double firstTokenP95Ms,
      @Nullable Double availability) {

    private void check(String path) {
      if (latencyP95Ms != null) {
        Expect.range(path + ".latency_p95_ms", latencyP95Ms, 1, LONGEST_MS);
      }
      if (firstTokenP95Ms != null) {
        Expect.range(path + ".first_token_p95_ms", firstTokenP95Ms, 0, LONGEST_MS);
      }
      if (availability != null) {
        Expect.range(path + ".availability", availability, 0.0, 1.0);
      }
    }
  }
}
