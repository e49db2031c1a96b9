package dev.fairlead.gateway.slo;

import dev.fairlead.gateway.live.TryOutcome;
import java.util.function.LongSupplier;

/**
 * How fast one objective's error budget burns, over a short and a long window: 1 means that it
 * would be used up exactly by the end of the objective's period. The short window moves by tenths
 * of its length. Multi-window burn rates follow the SRE Workbook, chapter 5. Thread-safe.
 */
final class BurnWindow {

  private static final int SHORT_BUCKETS = 10;

  private final Objective objective;
  private final LongSupplier nanos;
  private final long bucketNanos;
  private final int minSamples;
  private final int[] tries;
  private final int[] failures;
  private final int[] slow;
  private final int[] streams;
  private final int[] late;
  private long epoch;

  BurnWindow(Objective objective, SloConfig config, LongSupplier nanos) {
    this.objective = objective;
    this.nanos = nanos;
    this.bucketNanos = Math.max(1, config.shortWindow().toNanos() / SHORT_BUCKETS);
    this.minSamples = config.minSamples();
    int buckets = (int) Math.max(SHORT_BUCKETS, config.longWindow().toNanos() / bucketNanos);
    this.tries = new int[buckets];
    this.failures = new int[buckets];
    this.slow = new int[buckets];
    this.streams = new int[buckets];
    this.late = new int[buckets];
    this.epoch = Math.floorDiv(nanos.getAsLong(), bucketNanos);
  }

  synchronized void record(TryOutcome outcome) {
    turn();
    int bucket = Math.floorMod(epoch, tries.length);
    tries[bucket]++;
    if (outcome.failed()) {
      failures[bucket]++;
    } else if (objective.slow(outcome)) {
      slow[bucket]++;
    }
    if (outcome.streamed()) {
      streams[bucket]++;
      if (objective.late(outcome)) {
        late[bucket]++;
      }
    }
  }

  /** The burn now. */
  synchronized Burn burn() {
    turn();
    return new Burn(over(SHORT_BUCKETS), over(tries.length), sum(tries, SHORT_BUCKETS));
  }

  private double over(int buckets) {
    long all = sum(tries, buckets);
    if (all < minSamples) {
      return 0;
    }
    double availability = (double) sum(failures, buckets) / all / objective.failureBudget();
    double latency = (double) sum(slow, buckets) / all / Objective.SLOW_BUDGET;
    long begun = sum(streams, buckets);
    double firstToken =
        begun < minSamples ? 0 : (double) sum(late, buckets) / begun / Objective.SLOW_BUDGET;
    return Math.max(availability, Math.max(latency, firstToken));
  }

  private long sum(int[] counts, int buckets) {
    long sum = 0;
    for (int i = 0; i < buckets; i++) {
      sum += counts[Math.floorMod(epoch - i, counts.length)];
    }
    return sum;
  }

  private void turn() {
    long current = Math.floorDiv(nanos.getAsLong(), bucketNanos);
    for (long bucket = Math.max(epoch + 1, current - tries.length + 1);
        bucket <= current;
        bucket++) {
      int slot = Math.floorMod(bucket, tries.length);
      tries[slot] = 0;
      failures[slot] = 0;
      slow[slot] = 0;
      streams[slot] = 0;
      late[slot] = 0;
    }
    epoch = Math.max(epoch, current);
  }
}
