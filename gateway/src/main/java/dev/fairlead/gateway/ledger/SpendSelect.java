package dev.fairlead.gateway.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** What one owner has spent, of rows and of days' totals, in one look. */
final class SpendSelect {

  private static final String SUMS =
      "select sum(case when day_utc >= ? then cost_nano_usd else 0 end), sum(case when day_utc >= ?"
          + " then cost_nano_usd else 0 end), sum(cost_nano_usd) from (select day_utc,"
          + " cost_nano_usd from ledger_row where ";
  private static final String DAYS =
      " union all select day_utc, cost_nano_usd from ledger_day where is_try = false and ";

  private SpendSelect() {}

  static SpendSums run(Connection connection, SpendQuery query) throws SQLException {
    boolean whole = query.by() == UsageQuery.By.TENANT;
    String where = "tenant = ?" + (whole ? "" : " and " + query.by().column() + " = ?");
    String sql = SUMS + where + DAYS + where + ") spent";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int next = 1;
      statement.setObject(next++, query.today());
      statement.setObject(next++, query.today().withDayOfMonth(1));
      for (int part = 0; part < 2; part++) {
        statement.setString(next++, query.tenant());
        if (!whole) {
          statement.setString(next++, query.name());
        }
      }
      try (ResultSet results = statement.executeQuery()) {
        return results.next()
            ? new SpendSums(results.getLong(1), results.getLong(2), results.getLong(3))
            : SpendSums.NOTHING;
      }
    }
  }
}
