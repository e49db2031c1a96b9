package dev.fairlead.gateway.ledger;

import dev.fairlead.gateway.journal.Chunk;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rows in an SQL database: the embedded one, or PostgreSQL. */
public final class JdbcLedger implements Ledger {

  private static final String LENGTHS =
      "select model_used, prompt_class, completion_tokens from (select model_used, prompt_class,"
          + " completion_tokens, happened_at, row_number() over (partition by model_used,"
          + " prompt_class order by happened_at desc) as place from ledger_row where happened_at"
          + " >= ? and status = 'success' and attempts > 0) latest where place <= ? order by"
          + " happened_at desc";

  private final LedgerDatabase database;

  private JdbcLedger(LedgerDatabase database) {
    this.database = database;
  }

  /**
   * Connects and brings the tables up to date; blocks.
   *
   * @throws LedgerException when that cannot be done now
   */
  public static JdbcLedger open(LedgerConfig config, Path dataDir) {
    return open(config, dataDir, null);
  }

  /**
   * As {@link #open(LedgerConfig, Path)}.
   *
   * @param registry shows the pool's connections ({@code hikaricp_*}); null shows nothing
   */
  static JdbcLedger open(LedgerConfig config, Path dataDir, @Nullable MeterRegistry registry) {
    return new JdbcLedger(LedgerDatabase.open(config, dataDir, registry));
  }

  @Override
  public void write(List<LedgerRow> rows, @Nullable JournalPlace place) {
    if (!rows.isEmpty() || place != null) {
      database.transaction(connection -> {
        RowInserts.insert(connection, rows);
        if (place != null) {
          JournalPlaces.put(connection, place);
        }
        return rows.size();
      });
    }
  }

  @Override
  public Optional<Chunk.Position> place(String journal) {
    return database.transaction(connection -> JournalPlaces.find(connection, journal));
  }

  @Override
  public SpendSums spent(SpendQuery query) {
    return database.transaction(connection -> SpendSelect.run(connection, query));
  }

  @Override
  public UsageReport report(UsageQuery query) {
    return database.transaction(connection -> new UsageSums(connection, query).report());
  }

  @Override
  public List<OutputLength> outputLengths(Instant since, int mostPerClass) {
    return database.transaction(connection -> lengths(connection, since, mostPerClass));
  }

  private static List<OutputLength> lengths(Connection connection, Instant since, int most)
      throws SQLException {
    List<OutputLength> lengths = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(LENGTHS)) {
      statement.setObject(1, since.atOffset(ZoneOffset.UTC));
      statement.setInt(2, most);
      try (ResultSet results = statement.executeQuery()) {
        while (results.next()) {
          lengths.add(
              new OutputLength(results.getString(1), results.getString(2), results.getLong(3)));
        }
      }
    }
    return lengths;
  }

  @Override
  public int rollUp(LocalDate firstKept, LocalDate firstTotal) {
    return database.transaction(connection -> RollUp.run(connection, firstKept, firstTotal));
  }

  @Override
  public void close() {
    database.close();
  }
}
