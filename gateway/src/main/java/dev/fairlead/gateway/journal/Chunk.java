package dev.fairlead.gateway.journal;

import java.util.List;

/**
 * Records that were appended one after the other.
 *
 * @param records oldest first; empty when nothing waits
 */
public record Chunk<T>(List<T> records, Position end) {

  /** Copies. */
  public Chunk {
    records = List.copyOf(records);
  }

  /**
   * A place between two records.
   *
   * @param segment number of the first record in the file
   * @param offset in the file, bytes
   * @param number of the record that follows
   */
  public record Position(long segment, long offset, long number) {}
}
