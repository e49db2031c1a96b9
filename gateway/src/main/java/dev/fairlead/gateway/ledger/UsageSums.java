package dev.fairlead.gateway.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Adds up rows and the totals of days whose rows are gone. */
final class UsageSums {

  /** Same order in every query here, as {@link #line} reads it. */
  private static final String OF_ROWS =
      "count(*), sum(case when status = 'error' then 1 else 0 end), sum(case when status ="
          + " 'cancelled' then 1 else 0 end), sum(case when "
          + RollUp.CACHE_ANSWERED
          + " then 1 else 0 end), sum(case when usage_source = 'estimated' then 1 else 0 end),"
          + " sum(prompt_tokens), sum(cached_prompt_tokens), sum(completion_tokens),"
          + " sum(cost_nano_usd), sum(baseline_nano_usd), sum(saved_nano_usd), sum(case when "
          + RollUp.CACHE_ANSWERED
          + " then saved_nano_usd else 0 end), sum(tries_nano_usd), "
          + RollUp.WORTH;

  private static final String OF_DAYS =
      "sum(requests), sum(errors), sum(cancelled), sum(cache_answers), sum(estimated),"
          + " sum(prompt_tokens), sum(cached_prompt_tokens), sum(completion_tokens),"
          + " sum(cost_nano_usd), sum(baseline_nano_usd), sum(saved_nano_usd),"
          + " sum(cache_saved_nano_usd), sum(tries_nano_usd), sum(quality_answers),"
          + " sum(quality_sum), sum(level_met), sum(level_missed)";
  private static final String OF_TRIES =
      "0, 0, 0, 0, 0, sum(prompt_tokens), sum(cached_prompt_tokens), sum(completion_tokens),"
          + " sum(cost_nano_usd), 0, 0, 0, 0, 0, 0, 0, 0";
  private static final String ROWS_WHERE = " where happened_at >= ? and happened_at < ?";
  private static final String DAYS_WHERE = " where day_utc >= ? and day_utc < ?";

  private final Connection connection;
  private final UsageQuery query;
  private final Map<String, UsageReport.Line> lines = new LinkedHashMap<>();

  UsageSums(Connection connection, UsageQuery query) {
    this.connection = connection;
    this.query = query;
  }

  UsageReport report() throws SQLException {
    String column = query.by().column();
    boolean byModel = query.by() == UsageQuery.By.MODEL;
    add("select " + column + ", " + OF_ROWS + " from ledger_row", ROWS_WHERE, column, byModel);
    add(
        "select " + column + ", " + OF_DAYS + " from ledger_day",
        DAYS_WHERE + " and is_try = false",
        column,
        byModel);
    UsageReport.Line total = UsageReport.Line.nothing("");
    for (UsageReport.Line line : lines.values()) {
      total = total.plus(line);
    }
    if (byModel) {
      addTries();
      total = UsageReport.Line.nothing("");
      for (UsageReport.Line line : lines.values()) {
        total = total.plus(line);
      }
    }
    return new UsageReport(query, sorted(), total, priceChanges());
  }

  /** What earlier tries cost belongs to the models that were tried. */
  private void addTries() throws SQLException {
    add("select model, " + OF_TRIES + " from ledger_try", ROWS_WHERE, "model", false);
    add(
        "select model_used, " + OF_DAYS + " from ledger_day",
        DAYS_WHERE + " and is_try = true",
        "model_used",
        false);
  }

  private void add(String select, String where, String group, boolean withoutTries)
      throws SQLException {
    String tenant = query.tenant();
    String sql = select + where + (tenant == null ? "" : " and tenant = ?") + " group by " + group;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      if (where.startsWith(ROWS_WHERE)) {
        period(statement);
      } else {
        days(statement);
      }
      if (tenant != null) {
        statement.setString(3, tenant);
      }
      try (ResultSet results = statement.executeQuery()) {
        while (results.next()) {
          UsageReport.Line line = line(results, withoutTries);
          lines.merge(line.name(), line, UsageReport.Line::plus);
        }
      }
    }
  }

  private void period(PreparedStatement statement) throws SQLException {
    statement.setObject(1, query.from().atOffset(ZoneOffset.UTC));
    statement.setObject(2, query.to().atOffset(ZoneOffset.UTC));
  }

  /** Totals are of whole days: one that has begun before the period does not count. */
  private void days(PreparedStatement statement) throws SQLException {
    OffsetDateTime from = query.from().atOffset(ZoneOffset.UTC);
    LocalDate first = from.toLocalDate();
    boolean whole = from.toLocalTime().toNanoOfDay() == 0;
    statement.setObject(1, whole ? first : first.plusDays(1));
    OffsetDateTime to = query.to().atOffset(ZoneOffset.UTC);
    boolean ends = to.toLocalTime().toNanoOfDay() == 0;
    statement.setObject(2, ends ? to.toLocalDate() : to.toLocalDate().plusDays(1));
  }

  private static UsageReport.Line line(ResultSet results, boolean withoutTries)
      throws SQLException {
    return new UsageReport.Line(
        results.getString(1),
        results.getLong(2),
        results.getLong(3),
        results.getLong(4),
        results.getLong(5),
        results.getLong(6),
        results.getLong(7),
        results.getLong(8),
        results.getLong(9),
        results.getLong(10) - (withoutTries ? results.getLong(14) : 0),
        results.getLong(11),
        results.getLong(12),
        results.getLong(13),
        new UsageReport.Worth(
            results.getLong(15), results.getDouble(16), results.getLong(17), results.getLong(18)));
  }

  private List<UsageReport.Line> sorted() {
    List<UsageReport.Line> all = new ArrayList<>();
    if (query.by() == UsageQuery.By.TAG) {
      all.addAll(byTag().values());
    } else {
      all.addAll(lines.values());
    }
    all.sort(
        query.by() == UsageQuery.By.DAY
            ? Comparator.comparing(UsageReport.Line::name)
            : Comparator.comparingLong(UsageReport.Line::costNanoUsd)
                .reversed()
                .thenComparing(UsageReport.Line::name));
    return all;
  }

  private Map<String, UsageReport.Line> byTag() {
    Map<String, UsageReport.Line> single = new HashMap<>();
    for (UsageReport.Line line : lines.values()) {
      String joined = line.name();
      String[] tags =
          joined.isEmpty()
              ? new String[] {""}
              : joined.substring(1, joined.length() - 1).split(",");
      for (String tag : tags) {
        single.merge(tag, line.named(tag), UsageReport.Line::plus);
      }
    }
    return single;
  }

  private List<UsageReport.PriceChange> priceChanges() throws SQLException {
    Map<String, Map<List<Long>, LocalDate>> prices = new LinkedHashMap<>();
    String priced = " and input_price is not null and output_price is not null";
    for (boolean rows : new boolean[] {false, true}) {
      String sql =
          "select model_used, input_price, output_price, min(day_utc) from "
              + (rows ? "ledger_row" + ROWS_WHERE : "ledger_day" + DAYS_WHERE)
              + priced
              + " group by model_used, input_price, output_price";
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        if (rows) {
          period(statement);
        } else {
          days(statement);
        }
        try (ResultSet results = statement.executeQuery()) {
          while (results.next()) {
            LocalDate day = results.getObject(4, LocalDate.class);
            prices
                .computeIfAbsent(results.getString(1), model -> new LinkedHashMap<>())
                .merge(
                    List.of(results.getLong(2), results.getLong(3)),
                    day,
                    (a, b) -> a.isBefore(b) ? a : b);
          }
        }
      }
    }
    List<UsageReport.PriceChange> changes = new ArrayList<>();
    prices.forEach((model, seen) -> addChanges(model, seen, changes));
    return changes;
  }

  private static void addChanges(
      String model, Map<List<Long>, LocalDate> seen, List<UsageReport.PriceChange> changes) {
    @Nullable LocalDate first = seen.values().stream().min(Comparator.naturalOrder()).orElse(null);
    List<Map.Entry<List<Long>, LocalDate>> ordered = new ArrayList<>(seen.entrySet());
    ordered.sort(Map.Entry.comparingByValue());
    if (first == null || ordered.size() < 2) {
      return;
    }
    for (Map.Entry<List<Long>, LocalDate> price : ordered.subList(1, ordered.size())) {
      changes.add(
          new UsageReport.PriceChange(
              model, price.getValue(), price.getKey().getFirst(), price.getKey().getLast()));
    }
  }
}
