package dev.fairlead.gateway.totals;

import dev.fairlead.gateway.metrics.Summary;
import dev.fairlead.gateway.pipeline.CacheUse;
import dev.fairlead.gateway.quality.QualityEstimates;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was counted, as whole numbers by name, so that counts of several gateways can be added.
 *
 * @param since when counting began
 * @param counts by name; names are stable, because gateways of different versions add to the same
 *     sums
 */
public record Totals(Instant since, Map<String, Long> counts) {

  private static final String REQUESTS = "requests";
  private static final String ERRORS = "errors";
  private static final String CANCELLED = "cancelled";
  private static final String COST_NANO_USD = "cost_nano_usd";
  private static final String SAVED_NANO_USD = "saved_nano_usd";
  private static final String BASELINE_NANO_USD = "baseline_nano_usd";
  private static final String PROMPT_TOKENS = "prompt_tokens";
  private static final String COMPLETION_TOKENS = "completion_tokens";
  private static final String LEVEL_MET = "level_met";
  private static final String LEVEL_MISSED = "level_missed";
  private static final String QUALITY_ANSWERS = "quality_answers";
  private static final String QUALITY_COMPARISONS = "quality_comparisons";
  private static final String QUALITY_SUM = "quality_sum_billionths";
  private static final String QUALITY_VARIANCE = "quality_variance_sum_myriadths";
  private static final String MODEL = "model:";
  private static final String CACHE = "cache:";

  private static final double BILLIONTH = 1e-9;
  private static final double MYRIADTH = 1e-4;

  /** Keeps a copy. */
  public Totals {
    counts = Map.copyOf(counts);
  }

  /** What one gateway has counted until now. */
  public static Totals of(Summary summary, QualityEstimates estimates) {
    Map<String, Long> counts = new HashMap<>();
    counts.put(REQUESTS, summary.requests());
    counts.put(ERRORS, summary.errors());
    counts.put(CANCELLED, summary.cancelled());
    counts.put(COST_NANO_USD, summary.costNanoUsd());
    counts.put(SAVED_NANO_USD, summary.savedNanoUsd());
    counts.put(BASELINE_NANO_USD, summary.baselineNanoUsd());
    counts.put(PROMPT_TOKENS, summary.promptTokens());
    counts.put(COMPLETION_TOKENS, summary.completionTokens());
    counts.put(LEVEL_MET, summary.levelMet());
    counts.put(LEVEL_MISSED, summary.levelMissed());
    QualityEstimates.Kept kept = estimates.kept();
    counts.put(QUALITY_ANSWERS, kept.answers());
    counts.put(QUALITY_COMPARISONS, kept.comparisons());
    counts.put(QUALITY_SUM, Math.round(kept.quality() / BILLIONTH));
    counts.put(QUALITY_VARIANCE, Math.round(kept.variance() / MYRIADTH));
    for (CacheUse use : CacheUse.values()) {
      counts.put(CACHE + use.label(), summary.cacheUse(use));
    }
    summary.modelUsage().forEach((model, count) -> counts.put(MODEL + model, count));
    return new Totals(summary.since(), counts);
  }

  private long of(String name) {
    return counts.getOrDefault(name, 0L);
  }

  /** Requests that have ended. */
  public long requests() {
    return of(REQUESTS);
  }

  /** Requests that ended with a failure. */
  public long errors() {
    return of(ERRORS);
  }

  /** Requests whose caller went away. */
  public long cancelled() {
    return of(CANCELLED);
  }

  /** What was paid, nano-dollars. */
  public long costNanoUsd() {
    return of(COST_NANO_USD);
  }

  /** What the baseline would have cost more, nano-dollars. */
  public long savedNanoUsd() {
    return of(SAVED_NANO_USD);
  }

  /** What the baseline would have cost for what was answered, nano-dollars. */
  public long baselineNanoUsd() {
    return of(BASELINE_NANO_USD);
  }

  /** Input tokens of answered requests, hits included. */
  public long promptTokens() {
    return of(PROMPT_TOKENS);
  }

  /** Output tokens of answered requests, hits included. */
  public long completionTokens() {
    return of(COMPLETION_TOKENS);
  }

  /** Share of requests inside their limits of time and cost, 0 to 1; 1 before the first. */
  public double serviceLevel() {
    return Summary.share(of(LEVEL_MET), of(LEVEL_MISSED));
  }

  /** Answered requests by how the cache took part. */
  public long cacheUse(CacheUse use) {
    return of(CACHE + use.label());
  }

  /** Answered requests by the model that answered, in the order of their names. */
  public Map<String, Long> modelUsage() {
    Map<String, Long> models = new TreeMap<>();
    counts.forEach((name, count) -> {
      if (name.startsWith(MODEL) && count > 0) {
        models.put(name.substring(MODEL.length()), count);
      }
    });
    return models;
  }

  /** What answers kept of the baseline's quality; estimates of gateways count as independent. */
  public QualityEstimates.Retention retention() {
    return new QualityEstimates.Kept(
            of(QUALITY_ANSWERS),
            of(QUALITY_COMPARISONS),
            of(QUALITY_SUM) * BILLIONTH,
            of(QUALITY_VARIANCE) * MYRIADTH)
        .retention();
  }
}
