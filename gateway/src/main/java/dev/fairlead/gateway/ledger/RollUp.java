package dev.fairlead.gateway.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;

/**
 * Turns rows of past days into totals, in one transaction over one view of the tables, so that
 * every row counts exactly once at any time. When two replicas do so together, one is refused by
 * the database and finds nothing left to do the next time.
 */
final class RollUp {

  /** Rows whose answer came without a call of their own. */
  static final String CACHE_ANSWERED =
      "cache in ('hit', 'semantic', 'coalesced', 'stale') and status = 'success'";

  /** Of rows: answers of an expected quality, its sum, requests inside their limits and outside. */
  static final String WORTH =
      "count(expected_quality), coalesce(sum(expected_quality), 0), sum(case when service_level ="
          + " 'met' then 1 else 0 end), sum(case when service_level = 'missed' then 1 else 0 end)";

  private static final String DAYS =
      "insert into ledger_day select day_utc, false, tenant, team, key_id, tags, model_used,"
          + " policy, input_price, output_price, count(*), sum(case when status = 'error' then 1"
          + " else 0 end), sum(case when status = 'cancelled' then 1 else 0 end), sum(case when "
          + CACHE_ANSWERED
          + " then 1 else 0 end), sum(case when usage_source = 'estimated' then 1 else 0 end),"
          + " sum(prompt_tokens), sum(cached_prompt_tokens), sum(completion_tokens),"
          + " sum(cost_nano_usd), sum(tries_nano_usd), sum(baseline_nano_usd),"
          + " sum(saved_nano_usd), sum(case when "
          + CACHE_ANSWERED
          + " then saved_nano_usd else 0 end), "
          + WORTH
          + " from ledger_row where day_utc < ? group by day_utc,"
          + " tenant, team, key_id, tags, model_used, policy, input_price, output_price";
  private static final String TRIES =
      "insert into ledger_day select r.day_utc, true, t.tenant, '', '', '', t.model, '', cast(null"
          + " as bigint), cast(null as bigint), 0, 0, 0, 0, 0, sum(t.prompt_tokens),"
          + " sum(t.cached_prompt_tokens), sum(t.completion_tokens), sum(t.cost_nano_usd), 0, 0, 0,"
          + " 0, 0, 0, 0, 0 from ledger_try t join ledger_row r on r.row_id = t.row_id where"
          + " r.day_utc < ? group by r.day_utc, t.tenant, t.model";
  private static final String FORGET_TRIES =
      "delete from ledger_try where row_id in (select row_id from ledger_row where day_utc < ?)";
  private static final String FORGET_ROWS = "delete from ledger_row where day_utc < ?";
  private static final String FORGET_DAYS = "delete from ledger_day where day_utc < ?";
  private static final String FORGET_JOURNALS = "delete from ledger_journal where told_on < ?";

  private RollUp() {}

  static int run(Connection connection, LocalDate firstKept, LocalDate firstTotal)
      throws SQLException {
    int before = connection.getTransactionIsolation();
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try {
      update(connection, DAYS, firstKept);
      update(connection, TRIES, firstKept);
      update(connection, FORGET_TRIES, firstKept);
      int moved = update(connection, FORGET_ROWS, firstKept);
      update(connection, FORGET_DAYS, firstTotal);
      update(connection, FORGET_JOURNALS, firstTotal);
      connection.commit();
      return moved;
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setTransactionIsolation(before);
    }
  }

  private static int update(Connection connection, String sql, LocalDate day) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, day);
      return statement.executeUpdate();
    }
  }
}
