package dev.fairlead.gateway.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.gateway.routing.Usd;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The last minutes as counts in equal steps and quantiles. It goes only as far back as every
 * request is still remembered, and says how far.
 */
final class RecentWindow {

  private static final long STEP_MILLIS = 5_000;
  private static final int STEPS = 60;
  private static final double NANOS_PER_MILLI = 1e6;

  private final long begin;
  private final int steps;
  private final List<SettledRequest> requests;

  private RecentWindow(long begin, int steps, List<SettledRequest> requests) {
    this.begin = begin;
    this.steps = steps;
    this.requests = requests;
  }

  static RecentWindow of(RecentRequests recent, long nowMillis) {
    boolean wrapped = recent.wrapped();
    List<SettledRequest> newest = recent.newest(recent.capacity());
    long last = nowMillis / STEP_MILLIS;
    long first = last - STEPS + 1;
    if (wrapped && !newest.isEmpty()) {
      first = Math.max(first, newest.getLast().endedMillis() / STEP_MILLIS + 1);
    }
    long begin = Math.min(first, last) * STEP_MILLIS;
    return new RecentWindow(
        begin,
        (int) (last - Math.min(first, last) + 1),
        newest.stream().filter(request -> request.endedMillis() >= begin).toList());
  }

  ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("seconds", steps * STEP_MILLIS / 1000);
    node.put("step_seconds", STEP_MILLIS / 1000);
    node.put("begin", begin);
    node.put("requests", requests.size());
    node.put("errors", requests.stream().filter(RecentWindow::isError).count());
    node.set("latency_ms", quantiles(SettledRequest::latencyNanos));
    node.set("first_token_ms", quantiles(request -> request.firstTokenNanos().orElse(-1)));
    series(node);
    return node;
  }

  static boolean isError(SettledRequest request) {
    return !request.answered() && !request.cancelled();
  }

  /** Of answers; null where there is none. */
  private ObjectNode quantiles(ToLongFunction<SettledRequest> nanos) {
    long[] sorted =
        requests.stream()
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

  private void series(ObjectNode node) {
    long[][] counts = new long[5][steps];
    for (SettledRequest request : requests) {
      int step = (int) Math.min(steps - 1, (request.endedMillis() - begin) / STEP_MILLIS);
      counts[0][step]++;
      counts[1][step] += isError(request) ? 1 : 0;
      counts[2][step] += request.fromCache() ? 1 : 0;
      counts[3][step] += request.costNanoUsd();
      counts[4][step] += request.savedNanoUsd();
    }
    ObjectNode series = node.putObject("series");
    Arrays.stream(counts[0]).forEach(series.putArray("requests")::add);
    Arrays.stream(counts[1]).forEach(series.putArray("errors")::add);
    Arrays.stream(counts[2]).forEach(series.putArray("hits")::add);
    usd(series.putArray("cost_usd"), counts[3]);
    usd(series.putArray("saved_usd"), counts[4]);
  }

  private static void usd(ArrayNode array, long[] nanoUsd) {
    Arrays.stream(nanoUsd).mapToObj(Usd::decimal).forEach(array::add);
  }
}
