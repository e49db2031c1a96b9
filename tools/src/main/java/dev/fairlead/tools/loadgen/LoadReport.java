package dev.fairlead.tools.loadgen;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** An outcome as JSON, whose keys the README lists, and as a table of the same. */
final class LoadReport {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
          .build();
  private static final int NANOS_TO_MILLIS = 6;

  private final ObjectNode json;

  private LoadReport(ObjectNode json) {
    this.json = json;
  }

  static LoadReport of(LoadOutcome outcome, LoadTarget target) {
    LoadTally tally = outcome.tally();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    plan(json.putObject("plan"), outcome.plan(), target);
    json.put("interrupted", outcome.interrupted());
    json.put("measured_s", rounded(outcome.seconds()));
    json.put("planned", outcome.plan().arrivals());
    json.put("sent", outcome.sent());
    json.put("succeeded", tally.succeeded());
    json.put("failed", tally.failed());
    json.put("unsent", outcome.unsent());
    json.put("unfinished", outcome.unfinished());
    json.put("throughput_per_s", rounded(outcome.throughput()));
    times(json, "latency_ms", tally.latency());
    times(json, "time_to_first_token_ms", tally.firstToken());
    times(json, "inter_token_gap_ms", tally.takeGaps());
    times(json, "start_delay_ms", tally.startDelay());
    times(json, "failed_latency_ms", tally.failedLatency());
    counts(json.putObject("errors"), tally.errors());
    counts(json.putObject("models"), tally.models());
    counts(json.putObject("cache"), tally.cache());
    json.put("cost_usd", tally.cost());
    json.put("saved_usd", tally.saved());
    json.put("without_cost", tally.withoutCost());
    return new LoadReport(json);
  }

  /** Indented, with a line break at its end. */
  String json() {
    try {
      return JSON.writeValueAsString(json) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values is always JSON", e);
    }
  }

  /** For a terminal. */
  String table() {
    return new LoadTable(json).text();
  }

  private static void plan(ObjectNode json, LoadPlan plan, LoadTarget target) {
    json.put("url", target.gateway().toString());
    json.put("model", target.wish().model());
    json.put("policy", target.wish().policy());
    json.put("stream", target.wish().stream());
    json.put("cache", target.useCache());
    json.put("prompts", target.prompts().size());
    json.put("seed", target.seed());
    json.put("qps", plan.qps());
    json.put("concurrency", plan.concurrency());
    json.put("duration_s", plan.duration().toMillis() / 1000.0);
    json.put("warmup_s", target.warmup().toMillis() / 1000.0);
  }

  /** Null where nothing was measured. */
  private static void times(ObjectNode json, String name, Histogram nanos) {
    if (nanos.getTotalCount() == 0) {
      json.putNull(name);
      return;
    }
    ObjectNode times = json.putObject(name);
    times.put("count", nanos.getTotalCount());
    times.put("mean", rounded(nanos.getMean() / 1e6));
    times.put("min", millis(nanos.getMinValue()));
    times.put("p50", millis(nanos.getValueAtPercentile(50)));
    times.put("p90", millis(nanos.getValueAtPercentile(90)));
    times.put("p95", millis(nanos.getValueAtPercentile(95)));
    times.put("p99", millis(nanos.getValueAtPercentile(99)));
    times.put("p99_9", millis(nanos.getValueAtPercentile(99.9)));
    times.put("max", millis(nanos.getMaxValue()));
  }

  private static BigDecimal millis(long nanos) {
    return BigDecimal.valueOf(nanos, NANOS_TO_MILLIS).setScale(3, RoundingMode.HALF_UP);
  }

  private static BigDecimal rounded(double value) {
    return BigDecimal.valueOf(value).setScale(3, RoundingMode.HALF_UP);
  }

  private static void counts(ObjectNode json, Map<String, Long> counts) {
    counts.forEach(json::put);
  }
}
