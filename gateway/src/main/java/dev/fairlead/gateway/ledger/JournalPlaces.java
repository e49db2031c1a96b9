package dev.fairlead.gateway.ledger;

import dev.fairlead.gateway.journal.Chunk;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** The table that says how far each journal was carried. */
final class JournalPlaces {

  private static final String SELECT =
      "select segment, byte_offset, number from ledger_journal where journal = ?";
  private static final String UPDATE =
      "update ledger_journal set segment = ?, byte_offset = ?, number = ?, told_on = current_date"
          + " where journal = ?";
  private static final String INSERT =
      "insert into ledger_journal (segment, byte_offset, number, told_on, journal) values (?, ?, ?,"
          + " current_date, ?)";

  private JournalPlaces() {}

  static Optional<Chunk.Position> find(Connection connection, String journal) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SELECT)) {
      statement.setString(1, journal);
      try (ResultSet results = statement.executeQuery()) {
        return results.next()
            ? Optional.of(
                new Chunk.Position(results.getLong(1), results.getLong(2), results.getLong(3)))
            : Optional.empty();
      }
    }
  }

  /** Only one process has a journal open, so nobody else changes its line. */
  static void put(Connection connection, JournalPlace place) throws SQLException {
    if (set(connection, UPDATE, place) == 0) {
      int ignored = set(connection, INSERT, place);
    }
  }

  private static int set(Connection connection, String sql, JournalPlace place)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, place.position().segment());
      statement.setLong(2, place.position().offset());
      statement.setLong(3, place.position().number());
      statement.setString(4, place.journal());
      return statement.executeUpdate();
    }
  }
}
