package dev.fairlead.gateway.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/**
 * The store of rows. Everything blocks; thread-safe. Failures are {@link LedgerException}s, which
 * say whether another try can help.
 */
public interface Ledger extends AutoCloseable {

  /**
   * Adds rows, all or none. One whose {@code rowId} is there already changes nothing, so a batch
   * whose fate is unknown can be written again.
   */
  void write(List<LedgerRow> rows);

  /** Adds up what was spent in a period. */
  UsageReport report(UsageQuery query);

  /** Completion tokens of the latest successful answers of each model and class, newest first. */
  List<OutputLength> outputLengths(Instant since, int mostPerClass);

  /**
   * Turns the rows of days before {@code firstKept} into totals, and forgets totals of days before
   * {@code firstTotal}. Several replicas may do so at once.
   *
   * @return rows that became totals
   */
  int rollUp(LocalDate firstKept, LocalDate firstTotal);

  /** Lets go of the database. */
  @Override
  void close();

  /** How long one answer was. */
  record OutputLength(String model, String promptClass, long tokens) {}
}
