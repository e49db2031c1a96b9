package dev.fairlead.tools.loadgen;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A report's JSON as lines for a terminal. */
final class LoadTable {

  private static final List<String> COLUMNS =
      List.of("mean", "p50", "p90", "p95", "p99", "p99_9", "max");

  private final JsonNode json;

  LoadTable(JsonNode json) {
    this.json = json;
  }

  String text() {
    StringBuilder text = new StringBuilder(1_024);
    text.append(
        format(
            "%d planned, %d sent, %d succeeded, %d failed, %d unsent, %d unfinished%n",
            count("planned"),
            count("sent"),
            count("succeeded"),
            count("failed"),
            count("unsent"),
            count("unfinished")));
    text.append(
        format(
            "%.1f answers/s in %.1f s (asked for %.1f/s)%s%n%n",
            json.path("throughput_per_s").asDouble(),
            json.path("measured_s").asDouble(),
            json.path("plan").path("qps").asDouble(),
            json.path("interrupted").asBoolean() ? ", interrupted" : ""));
    text.append(format("%-20s", "ms"));
    COLUMNS.forEach(column -> text.append(format("%10s", column.replace('_', '.'))));
    text.append(format("%n"));
    times(text, "latency", "latency_ms");
    times(text, "first token", "time_to_first_token_ms");
    times(text, "inter-token gap", "inter_token_gap_ms");
    times(text, "start delay", "start_delay_ms");
    times(text, "latency of failures", "failed_latency_ms");
    text.append(format("%n"));
    counts(text, "errors");
    counts(text, "models");
    counts(text, "cache");
    text.append(
        format(
            "%-8s%s USD, saved %s USD%s%n",
            "cost",
            plain("cost_usd"),
            plain("saved_usd"),
            count("without_cost") == 0 ? "" : ", not told by " + count("without_cost")));
    if (count("unsent") > 0 && !json.path("interrupted").asBoolean()) {
      text.append(
          format(
              "%nUnsent arrivals are in no latency above: the true quantiles are worse"
                  + " (lower --qps or raise --concurrency).%n"));
    }
    return text.toString();
  }

  private void times(StringBuilder text, String title, String key) {
    JsonNode times = json.path(key);
    if (times.isObject()) {
      text.append(format("%-20s", title));
      COLUMNS.forEach(column -> text.append(format("%10.1f", times.path(column).asDouble())));
      text.append(format("%n"));
    }
  }

  private void counts(StringBuilder text, String key) {
    String counts =
        json.path(key).properties().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue().asLong())
            .collect(Collectors.joining(", "));
    text.append(format("%-8s%s%n", key, counts.isEmpty() ? "none" : counts));
  }

  private String plain(String key) {
    return json.path(key).decimalValue().toPlainString();
  }

  private long count(String key) {
    return json.path(key).asLong();
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
