package dev.fairlead.tools.keys;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a key, a team or a tenant may use; options that commands share. */
final class LimitOptions {

  @Option(names = "--requests-per-minute", paramLabel = "N", description = "Most requests.")
  private @Nullable Long requests;

  @Option(names = "--tokens-per-minute", paramLabel = "N", description = "Most tokens.")
  private @Nullable Long tokens;

  @Option(names = "--concurrent", paramLabel = "N", description = "Most requests at a time.")
  private @Nullable Long concurrent;

  @Option(names = "--budget-day", paramLabel = "USD", description = "Most money in a day of UTC.")
  private @Nullable BigDecimal day;

  @Option(names = "--budget-month", paramLabel = "USD", description = "In a calendar month.")
  private @Nullable BigDecimal month;

  @Option(names = "--budget-total", paramLabel = "USD", description = "Altogether.")
  private @Nullable BigDecimal total;

  /** For picocli, which sets the fields. */
  LimitOptions() {}

  void addTo(ObjectNode body) {
    put(body, "requests_per_minute", requests);
    put(body, "tokens_per_minute", tokens);
    put(body, "concurrent_requests", concurrent);
    put(body, "budget_day_usd", day);
    put(body, "budget_month_usd", month);
    put(body, "budget_total_usd", total);
  }

  private static void put(ObjectNode body, String field, @Nullable Long value) {
    if (value != null) {
      body.put(field, value);
    }
  }

  private static void put(ObjectNode body, String field, @Nullable BigDecimal value) {
    if (value != null) {
      body.put(field, value);
    }
  }
}
