package dev.fairlead.tools.cost;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A report for people, or for a spreadsheet. */
final class CostTable {

  private static final List<String> COLUMNS =
      List.of(
          "requests",
          "errors",
          "cancelled",
          "cache_answers",
          "estimated",
          "prompt_tokens",
          "cached_prompt_tokens",
          "completion_tokens",
          "cost_usd",
          "baseline_usd",
          "saved_usd",
          "cache_saved_usd");

  /** Shares; empty where nothing is known, or where the gateway is too old to tell. */
  private static final List<String> SHARES = List.of("quality_retention", "sla_compliance");

  private CostTable() {}

  static void print(JsonNode report, PrintWriter out) {
    String by = report.path("by").asText();
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            by.toUpperCase(Locale.ROOT),
            "REQUESTS",
            "ERRORS",
            "CACHE",
            "IN",
            "OUT",
            "COST USD",
            "SAVED USD",
            "BY CACHE",
            "QUALITY",
            "IN LIMITS"));
    for (JsonNode line : report.path("lines")) {
      String name = line.path("name").asText();
      rows.add(row(name.isEmpty() ? "(none)" : name, line));
    }
    rows.add(row("total", report.path("total")));
    Columns.print(out, rows);
    JsonNode total = report.path("total");
    BigDecimal baseline = total.path("baseline_usd").decimalValue();
    if (baseline.signum() > 0) {
      out.println();
      out.println(
          "saved "
              + total
                  .path("saved_usd")
                  .decimalValue()
                  .multiply(BigDecimal.valueOf(100))
                  .divide(baseline, 1, RoundingMode.HALF_UP)
              + " % of what the baseline would have cost");
    }
    for (JsonNode change : report.path("price_changes")) {
      out.println(
          "price of "
              + change.path("model").asText()
              + " changed on "
              + change.path("day").asText()
              + " to "
              + change.path("input_usd_per_million").decimalValue().toPlainString()
              + " in, "
              + change.path("output_usd_per_million").decimalValue().toPlainString()
              + " out (USD per million tokens)");
    }
    if (by.equals("tag")) {
      out.println("a request with several tags counts for each of them, and once in the total");
    }
  }

  private static List<String> row(String name, JsonNode line) {
    return List.of(
        name,
        line.path("requests").asText(),
        line.path("errors").asText(),
        line.path("cache_answers").asText(),
        line.path("prompt_tokens").asText(),
        line.path("completion_tokens").asText(),
        money(line.path("cost_usd")),
        money(line.path("saved_usd")),
        money(line.path("cache_saved_usd")),
        percent(line.path("quality_retention")),
        percent(line.path("sla_compliance")));
  }

  /** Micro-dollars are as much as a person reads; JSON and CSV have all digits. */
  private static String money(JsonNode value) {
    return value.decimalValue().setScale(6, RoundingMode.HALF_UP).toPlainString();
  }

  private static String percent(JsonNode share) {
    return share.isNumber()
        ? share.decimalValue().movePointRight(2).setScale(1, RoundingMode.HALF_UP) + " %"
        : "-";
  }

  static void csv(JsonNode report, PrintWriter out) {
    out.println(report.path("by").asText() + "," + String.join(",", COLUMNS) + "," + String.join(",", SHARES));
    for (JsonNode line : report.path("lines")) {
      out.println(csvLine(Csv.quoted(line.path("name").asText()), line));
    }
  }

  private static String csvLine(String name, JsonNode line) {
    StringBuilder text = new StringBuilder(name);
    for (String column : COLUMNS) {
      text.append(',').append(line.path(column).decimalValue().toPlainString());
    }
    for (String share : SHARES) {
      JsonNode value = line.path(share);
      text.append(',').append(value.isNumber() ? value.decimalValue().toPlainString() : "");
    }
    return text.toString();
  }
}
