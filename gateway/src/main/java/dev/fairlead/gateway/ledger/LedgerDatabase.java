package dev.fairlead.gateway.ledger;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/** Connections to the ledger's database, whose tables are brought up to date before first use. */
final class LedgerDatabase implements AutoCloseable {

  private static final long CONNECT_MILLIS = 5000;
  private static final String MIGRATIONS = "classpath:fairlead/ledger/migration";

  /** Away, out of something or in conflict is for another time; these are what was sent. */
  private static final String REFUSED = "22|23|42";

  private final HikariDataSource pool;

  private LedgerDatabase(HikariDataSource pool) {
    this.pool = pool;
  }

  /** Work on a connection. */
  @FunctionalInterface
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  /**
   * Connects and migrates; blocks.
   *
   * @throws LedgerException when that cannot be done now
   */
  static LedgerDatabase open(LedgerConfig config, Path dataDir, @Nullable MeterRegistry registry) {
    JdbcAddress address =
        config.url().isEmpty()
            ? JdbcAddress.embedded(dataDir)
            : JdbcAddress.parse(config.url().reveal());
    HikariConfig settings = new HikariConfig();
    settings.setJdbcUrl(address.url());
    String user = address.user() == null ? config.user() : address.user();
    String password = address.password() == null ? config.password().reveal() : address.password();
    if (!user.isEmpty()) {
      settings.setUsername(user);
      settings.setPassword(password);
    }
    settings.setPoolName("ledger");
    if (registry != null) {
      settings.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(registry));
    }
    settings.setMaximumPoolSize(config.connections());
    settings.setMinimumIdle(1);
    settings.setConnectionTimeout(CONNECT_MILLIS);
    settings.setInitializationFailTimeout(-1);
    settings.setAutoCommit(false);
    HikariDataSource pool = new HikariDataSource(settings);
    try {
      Flyway.configure(LedgerDatabase.class.getClassLoader())
          .dataSource(pool)
          .locations(MIGRATIONS)
          .table("ledger_schema_history")
          .baselineOnMigrate(true)
          .baselineVersion("0")
          .load()
          .migrate();
      return new LedgerDatabase(pool);
    } catch (FlywayException e) {
      pool.close();
      String state =
          e.getCause() instanceof SQLException sql ? String.valueOf(sql.getSQLState()) : "none";
      throw new LedgerException(
          "the ledger's database cannot be opened (SQLSTATE "
              + state
              + "; expected: one that answers and that no other process has open)",
          e,
          true);
    }
  }

  /** Runs work in one transaction. */
  <T> T transaction(Work<T> work) {
    try (Connection connection = pool.getConnection()) {
      try {
        T result = work.on(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        rollBack(connection, e);
        throw e;
      }
    } catch (SQLException e) {
      String state = e.getSQLState() == null ? "none" : e.getSQLState();
      throw new LedgerException(
          "the ledger's database failed with SQLSTATE " + state, e, isTransient(e));
    }
  }

  private static void rollBack(Connection connection, Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private static boolean isTransient(SQLException e) {
    String state = e.getSQLState();
    return state == null || state.length() < 2 || !REFUSED.contains(state.substring(0, 2));
  }

  @Override
  public void close() {
    pool.close();
  }
}
