package dev.fairlead.cache;

import dev.fairlead.cache.store.CounterShare;
import dev.fairlead.cache.verify.Verifier;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the service counts: for metrics by this replica, for {@code GetStats} summed over replicas
 * where there are several.
 */
final class CacheCounters {

  private static final String VETO = "veto_";

  private final Map<String, LongAdder> counts = new LinkedHashMap<>();
  private final Map<String, Long> told = new HashMap<>();
  private final @Nullable CounterShare share;

  /** Names are stable: replicas of different versions add to the same sums. */
  enum Count {
    LOOKUPS,
    EXACT_HITS,
    SEMANTIC_HITS,
    COALESCED_HITS,
    STALE_HITS,
    REFRESHES,
    MISSES,
    STORES,
    EVICTIONS,
    STORE_FAILURES,
    UNREADABLE;

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Starts at zero.
   *
   * @param share where replicas add up; null when there is one
   */
  CacheCounters(@Nullable CounterShare share) {
    this.share = share;
    for (Count count : Count.values()) {
      counts.put(count.key(), new LongAdder());
    }
    Verifier.names().forEach(veto -> counts.put(VETO + veto, new LongAdder()));
  }

  void increment(Count count) {
    adder(count.key()).increment();
  }

  void vetoed(String veto) {
    adder(VETO + veto).increment();
  }

  private LongAdder adder(String key) {
    LongAdder adder = counts.get(key);
    if (adder == null) {
      throw new IllegalArgumentException("no counter " + key);
    }
    return adder;
  }

  /**
   * Totals over replicas; those of this one when the others' cannot be had.
   *
   * @param patience how long the others are waited for
   */
  CompletableFuture<Totals> totals(Duration patience) {
    if (share == null) {
      return CompletableFuture.completedFuture(local());
    }
    return sync()
        .copy()
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .thenApply(Totals::new)
        .exceptionally(error -> local());
  }

  private Totals local() {
    Map<String, Long> now = new HashMap<>();
    counts.forEach((key, adder) -> now.put(key, adder.sum()));
    return new Totals(now);
  }

  /** Tells the other replicas what was counted since the last time. */
  CompletableFuture<Map<String, Long>> sync() {
    if (share == null) {
      return CompletableFuture.completedFuture(Map.of());
    }
    Map<String, Long> deltas = takeDeltas();
    return share
        .add(deltas)
        .whenComplete((sums, error) -> {
          if (error != null) {
            giveBack(deltas);
          }
        });
  }

  private synchronized Map<String, Long> takeDeltas() {
    Map<String, Long> deltas = new HashMap<>();
    counts.forEach((key, adder) -> {
      long now = adder.sum();
      long delta = now - told.getOrDefault(key, 0L);
      if (delta > 0) {
        deltas.put(key, delta);
        told.put(key, now);
      }
    });
    return deltas;
  }

  private synchronized void giveBack(Map<String, Long> deltas) {
    deltas.forEach((key, delta) -> told.merge(key, -delta, Long::sum));
  }

  /** Shows this replica's counts and sizes as metrics. */
  void bindTo(
      MeterRegistry meters,
      Supplier<Number> entries,
      Supplier<Number> vectors,
      Supplier<Number> waiting) {
    counter(
        meters,
        "llm.router.cache.refreshes",
        Count.REFRESHES,
        "Stale answers that one caller was asked to make anew");
    counter(meters, "llm.router.cache.store.writes", Count.STORES, "Answers stored");
    counter(
        meters,
        "llm.router.cache.store.evictions",
        Count.EVICTIONS,
        "Answers that made room for others");
    counter(
        meters,
        "llm.router.cache.store.failures",
        Count.STORE_FAILURES,
        "Calls of the store that failed or took too long");
    counter(
        meters,
        "llm.router.cache.store.unreadable",
        Count.UNREADABLE,
        "Stored answers that could not be read and count as absent");
    Verifier.names()
        .forEach(veto ->
            FunctionCounter.builder("llm.router.cache.vetoes", adder(VETO + veto), LongAdder::sum)
                .description("Near prompts whose answer was not given, by what told them apart")
                .tag("veto", veto)
                .register(meters));
    Gauge.builder("llm.router.cache.entries", entries)
        .description("Answers in the store")
        .register(meters);
    Gauge.builder("llm.router.cache.vectors", vectors)
        .description("Prompts that can be found by similarity")
        .register(meters);
    Gauge.builder("llm.router.cache.waiting", waiting)
        .description("Lookups that wait for the answer of an identical request")
        .register(meters);
  }

  private void counter(MeterRegistry meters, String name, Count count, String description) {
    FunctionCounter.builder(name, adder(count.key()), LongAdder::sum)
        .description(description)
        .register(meters);
  }

  /** Sums at a moment. */
  record Totals(Map<String, Long> sums) {
    long of(Count count) {
      return sums.getOrDefault(count.key(), 0L);
    }

    /** Vetoes by name; those that never refused are left out. */
    Map<String, Long> vetoes() {
      Map<String, Long> vetoes = new LinkedHashMap<>();
      for (String veto : Verifier.names()) {
        long count = sums.getOrDefault(VETO + veto, 0L);
        if (count > 0) {
          vetoes.put(veto, count);
        }
      }
      return vetoes;
    }
  }
}
