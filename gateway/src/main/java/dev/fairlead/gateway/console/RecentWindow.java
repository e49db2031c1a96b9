package dev.fairlead.gateway.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.gateway.routing.Usd;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/**
 * The last five minutes: counts of every request in equal steps, and quantiles of those that are
 * still remembered.
 */
final class RecentWindow {

  private static final double NANOS_PER_MILLI = 1e6;

  private final long first;
  private final RecentSteps steps;
  private final List<SettledRequest> remembered;

  private RecentWindow(long first, RecentSteps steps, List<SettledRequest> remembered) {
    this.first = first;
    this.steps = steps;
    this.remembered = remembered;
  }

  static RecentWindow of(RecentRequests recent, long nowMillis) {
    long first = nowMillis / RecentSteps.STEP_MILLIS - RecentSteps.STEPS + 1;
    long begin = first * RecentSteps.STEP_MILLIS;
    return new RecentWindow(
        first,
        recent.steps(),
        recent.newest(recent.capacity()).stream()
            .filter(request -> request.endedMillis() >= begin)
            .toList());
  }

  ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("seconds", RecentSteps.STEPS * RecentSteps.STEP_MILLIS / 1000);
    node.put("step_seconds", RecentSteps.STEP_MILLIS / 1000);
    node.put("begin", first * RecentSteps.STEP_MILLIS);
    node.put("requests", Arrays.stream(counts(RecentSteps.Step::requests)).sum());
    node.put("errors", Arrays.stream(counts(RecentSteps.Step::errors)).sum());
    node.set("latency_ms", quantiles(SettledRequest::latencyNanos));
    node.set("first_token_ms", quantiles(request -> request.firstTokenNanos().orElse(-1)));
    ObjectNode series = node.putObject("series");
    counted(series.putArray("requests"), counts(RecentSteps.Step::requests));
    counted(series.putArray("errors"), counts(RecentSteps.Step::errors));
    counted(series.putArray("hits"), counts(RecentSteps.Step::hits));
    usd(series.putArray("cost_usd"), counts(RecentSteps.Step::costNanoUsd));
    usd(series.putArray("saved_usd"), counts(RecentSteps.Step::savedNanoUsd));
    return node;
  }

  /** Of answers; null where there is none. */
  private ObjectNode quantiles(ToLongFunction<SettledRequest> nanos) {
    long[] sorted =
        remembered.stream()
            .filter(SettledRequest::answered)
            .mapToLong(nanos)
            .filter(value -> value >= 0)
            .sorted()
            .toArray();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("samples", sorted.length);
    quantile(node, "p50", sorted, 0.5);
    quantile(node, "p95", sorted, 0.95);
    quantile(node, "p99", sorted, 0.99);
    return node;
  }

  private static void quantile(ObjectNode node, String name, long[] sorted, double share) {
    if (sorted.length == 0) {
      node.putNull(name);
    } else {
      int rank = Math.max(1, (int) Math.ceil(share * sorted.length));
      node.put(name, sorted[rank - 1] / NANOS_PER_MILLI);
    }
  }

  private long[] counts(ToLongFunction<RecentSteps.Step> count) {
    return LongStream.range(first, first + RecentSteps.STEPS)
        .map(number -> count.applyAsLong(steps.at(number)))
        .toArray();
  }

  private static void counted(ArrayNode array, long[] counts) {
    Arrays.stream(counts).forEach(array::add);
  }

  private static void usd(ArrayNode array, long[] nanoUsd) {
    Arrays.stream(nanoUsd).mapToObj(Usd::decimal).forEach(array::add);
  }
}
