package dev.fairlead.gateway.metrics;

import dev.fairlead.gateway.pipeline.CacheUse;
import dev.fairlead.gateway.pipeline.Settlement;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Totals of this gateway since its start, for the JSON summary and the console. Thread-safe. */
public final class Summary {

  private final Instant since = Instant.now();
  private final LongAdder requests = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final LongAdder levelMet = new LongAdder();
  private final LongAdder levelMissed = new LongAdder();
  private final LongAdder costNanoUsd = new LongAdder();
  private final LongAdder savedNanoUsd = new LongAdder();
  private final LongAdder baselineNanoUsd = new LongAdder();
  private final LongAdder promptTokens = new LongAdder();
  private final LongAdder completionTokens = new LongAdder();
  private final Map<String, LongAdder> modelUsage = new ConcurrentHashMap<>();
  private final Map<CacheUse, LongAdder> cacheUse = new ConcurrentHashMap<>();

  Summary() {}

  void completed(String model, CacheUse use, Settlement settlement) {
    requests.increment();
    modelUsage.computeIfAbsent(model, id -> new LongAdder()).increment();
    cacheUse.computeIfAbsent(use, key -> new LongAdder()).increment();
    costNanoUsd.add(settlement.answerNanoUsd());
    savedNanoUsd.add(settlement.savedNanoUsd());
    baselineNanoUsd.add(settlement.baselineNanoUsd());
    promptTokens.add(settlement.usage().promptTokens());
    completionTokens.add(settlement.usage().completionTokens());
  }

  void failed(boolean wasCancelled) {
    requests.increment();
    (wasCancelled ? cancelled : errors).increment();
  }

  void serviceLevel(boolean met) {
    (met ? levelMet : levelMissed).increment();
  }

  /** Share of requests inside their limits of time and cost, 0 to 1; 1 before the first. */
  public double serviceLevel() {
    return share(levelMet(), levelMissed());
  }

  /** Share of {@code met} in both, 0 to 1; 1 where there is nothing. */
  public static double share(long met, long missed) {
    long all = met + missed;
    return all == 0 ? 1 : (double) met / all;
  }

  /** Requests inside their limits of time and cost. */
  public long levelMet() {
    return levelMet.sum();
  }

  /** Requests outside of one of their limits. */
  public long levelMissed() {
    return levelMissed.sum();
  }

  void charged(long nanoUsd) {
    costNanoUsd.add(nanoUsd);
  }

  /** When counting began. */
  public Instant since() {
    return since;
  }

  /** Requests that have ended. */
  public long requests() {
    return requests.sum();
  }

  /** Requests that ended with a failure. */
  public long errors() {
    return errors.sum();
  }

  /** Requests whose caller went away. */
  public long cancelled() {
    return cancelled.sum();
  }

  /** What was paid, nano-dollars. */
  public long costNanoUsd() {
    return costNanoUsd.sum();
  }

  /** What the baseline would have cost more, nano-dollars. */
  public long savedNanoUsd() {
    return savedNanoUsd.sum();
  }

  /** What the baseline would have cost for what was answered, nano-dollars. */
  public long baselineNanoUsd() {
    return baselineNanoUsd.sum();
  }

  /** Input tokens of answered requests, hits included. */
  public long promptTokens() {
    return promptTokens.sum();
  }

  /** Output tokens of answered requests, hits included. */
  public long completionTokens() {
    return completionTokens.sum();
  }

  /** Answered requests by the model that answered. */
  public Map<String, Long> modelUsage() {
    Map<String, Long> counts = new TreeMap<>();
    modelUsage.forEach((model, count) -> counts.put(model, count.sum()));
    return counts;
  }

  /** Answered requests by how the cache took part. */
  public long cacheUse(CacheUse use) {
    LongAdder count = cacheUse.get(use);
    return count == null ? 0 : count.sum();
  }
}
