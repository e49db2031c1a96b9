package dev.fairlead.gateway.journal;

/**
 * How a record is written down. What an older version of the program wrote must be readable, so a
 * format that may change begins with its number.
 */
public interface RecordFormat<T> {

  /** Writes all that {@link #read} needs. */
  void write(T record, RecordOutput output);

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException when the bytes say something else
   */
  T read(RecordInput input);
}
