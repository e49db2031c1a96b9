package dev.fairlead.gateway.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Rows and their tries on their way into the tables. */
final class RowInserts {

  private static final String ROW =
      "insert into ledger_row values (" + "?, ".repeat(37) + "?) on conflict do nothing";
  private static final String TRY =
      "insert into ledger_try values (" + "?, ".repeat(10) + "?) on conflict do nothing";

  private RowInserts() {}

  static Void insert(Connection connection, List<LedgerRow> rows) throws SQLException {
    if (rows.isEmpty()) {
      return null;
    }
    boolean tries = false;
    try (PreparedStatement statement = connection.prepareStatement(ROW)) {
      for (LedgerRow row : rows) {
        new Values(statement).row(row);
        statement.addBatch();
        tries |= !row.bill().tries().isEmpty();
      }
      statement.executeBatch();
    }
    if (tries) {
      insertTries(connection, rows);
    }
    return null;
  }

  private static void insertTries(Connection connection, List<LedgerRow> rows) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TRY)) {
      for (LedgerRow row : rows) {
        for (LedgerRow.Try paid : row.bill().tries()) {
          new Values(statement).paidTry(row, paid);
          statement.addBatch();
        }
      }
      statement.executeBatch();
    }
  }

  /** Sets the parameters of a statement one after the other, in the order of the columns. */
  private static final class Values {

    private final PreparedStatement statement;
    private int next = 1;

    Values(PreparedStatement statement) {
      this.statement = statement;
    }

    void row(LedgerRow row) throws SQLException {
      text(row.rowId());
      text(row.requestId());
      time(row);
      statement.setObject(next++, row.day());
      text(row.payer().tenant());
      text(row.payer().team());
      text(row.payer().keyId());
      text(row.joinedTags());
      route(row.route());
      bill(row.bill());
      number(row.timing().latencyMicros());
      number(row.timing().firstTokenMicros());
      number(row.timing().attempts());
      text(row.outcome().status());
      text(row.outcome().failure());
      text(row.traceId());
      statement.setString(next++, row.prompt());
      fraction(row.outcome().expectedQuality());
      text(row.outcome().serviceLevel());
    }

    private void route(LedgerRow.Route route) throws SQLException {
      text(route.modelAsked());
      text(route.modelUsed());
      text(route.policy());
      text(route.reason());
      text(route.tier());
      text(route.promptClass());
      fraction(route.complexity());
      text(route.cache());
      fraction(route.similarity());
    }

    private void bill(LedgerRow.Bill bill) throws SQLException {
      number(bill.usage().promptTokens());
      number(bill.usage().cachedPromptTokens());
      number(bill.usage().cacheWriteTokens());
      number(bill.usage().completionTokens());
      number(bill.usage().reasoningTokens());
      text(bill.usageSource());
      number(bill.costNanoUsd());
      number(bill.triesNanoUsd());
      number(bill.baselineNanoUsd());
      number(bill.savedNanoUsd());
      number(bill.inputPrice());
      number(bill.outputPrice());
    }

    void paidTry(LedgerRow row, LedgerRow.Try paid) throws SQLException {
      text(row.rowId());
      number(paid.number());
      time(row);
      text(row.payer().tenant());
      text(paid.model());
      text(paid.provider());
      text(paid.result());
      number(paid.usage().promptTokens());
      number(paid.usage().cachedPromptTokens());
      number(paid.usage().completionTokens());
      number(paid.costNanoUsd());
    }

    private void time(LedgerRow row) throws SQLException {
      OffsetDateTime time = row.at().truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC);
      statement.setObject(next++, time);
    }

    private void text(String value) throws SQLException {
      statement.setString(next++, value);
    }

    private void number(long value) throws SQLException {
      statement.setLong(next++, value);
    }

    private void number(OptionalLong value) throws SQLException {
      if (value.isPresent()) {
        statement.setLong(next++, value.getAsLong());
      } else {
        statement.setNull(next++, Types.BIGINT);
      }
    }

    private void fraction(OptionalDouble value) throws SQLException {
      if (value.isPresent()) {
        statement.setDouble(next++, value.getAsDouble());
      } else {
        statement.setNull(next++, Types.DOUBLE);
      }
    }
  }
}
