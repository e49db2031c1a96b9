package dev.fairlead.gateway.ledger;

import dev.fairlead.gateway.journal.Chunk;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The store of rows. Everything blocks; thread-safe. Failures are {@link LedgerException}s, which
 * say whether another try can help.
 */
public interface Ledger extends AutoCloseable {

  /**
   * Adds rows, all or none. One whose {@code rowId} is there already changes nothing, so a batch
   * whose fate is unknown can be written again.
   */
  default void write(List<LedgerRow> rows) {
    write(rows, null);
  }

  /**
   * As {@link #write(List)}, and remembers in the same transaction how far the rows' journal was
   * carried with them.
   */
  void write(List<LedgerRow> rows, @Nullable JournalPlace place);

  /** How far a journal of this name was carried; empty when nothing was. */
  Optional<Chunk.Position> place(String journal);

  /** What one owner has spent. */
  SpendSums spent(SpendQuery query);

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
