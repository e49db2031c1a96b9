package dev.fairlead.gateway.ledger;

import dev.fairlead.common.config.Expect;
import dev.fairlead.common.config.Secret;
import java.time.Duration;

/**
 * Section {@code ledger}; units are in the reference file.
 *
 * @param url PostgreSQL's address, empty for the embedded database under {@code server.data_dir};
 *     secret because it may hold a password
 */
public record LedgerConfig(
    boolean enabled,
    Secret url,
    String user,
    Secret password,
    int connections,
    int queue,
    int batch,
    Duration flushInterval,
    boolean journal,
    long journalLimitBytes,
    Duration journalSync,
    double importShare,
    Duration drainTimeout,
    Duration retention,
    Duration rollupRetention,
    boolean keepPrompts) {

  /** Validates. */
  public LedgerConfig {
    Expect.range("ledger.connections", connections, 2, 100);
    Expect.range("ledger.queue", queue, 1, 10_000_000);
    Expect.range("ledger.batch", batch, 1, 10_000);
    Expect.positive("ledger.flush_interval", flushInterval);
    Expect.range("ledger.journal_limit_bytes", journalLimitBytes, 1 << 20, 1L << 40);
    Expect.that(!journalSync.isNegative(), "ledger.journal_sync", journalSync, "0 or more");
    Expect.range("ledger.import_share", importShare, 0.01, 1);
    Expect.positive("ledger.drain_timeout", drainTimeout);
    Expect.that(
        retention.compareTo(Duration.ofDays(1)) >= 0, "ledger.retention", retention, "1d or more");
    Expect.that(
        rollupRetention.compareTo(retention) >= 0,
        "ledger.rollup_retention",
        rollupRetention,
        "ledger.retention or more");
    if (!url.isEmpty()) {
      JdbcAddress.parse(url.reveal());
    }
  }
}
