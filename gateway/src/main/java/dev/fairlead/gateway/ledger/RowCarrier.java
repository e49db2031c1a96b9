package dev.fairlead.gateway.ledger;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Carries rows from requests to the database. Thread-safe. */
interface RowCarrier extends LedgerSink, AutoCloseable {

  /** Rows that are not in the database yet. */
  long waiting();

  /** The database; null until it could be opened. */
  @Nullable Ledger ledger();

  /**
   * Waits until what was offered before is in the database, which it hurries to; blocks.
   *
   * @return whether it is
   */
  boolean catchUp(Duration atMost);

  /**
   * What an owner has spent, with the rows that were offered before and are still on their way;
   * blocks.
   *
   * @return empty when that cannot be told in this time
   */
  Optional<SpendSums> spent(SpendQuery query, Duration atMost);

  /** Carries what waits, at most for the drain time; blocks. */
  @Override
  void close();
}
