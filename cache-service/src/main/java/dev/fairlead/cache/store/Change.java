package dev.fairlead.cache.store;

import com.google.protobuf.ByteString;

/** Something one replica did that the others must know. */
public sealed interface Change {

  /** An entry was stored, over any older one. */
  record Stored(String id) implements Change {}

  /** An entry was removed. */
  record Removed(String id) implements Change {}

  /** The holder of a lease gave up. */
  record LeaseFreed(String id, String leaseId) implements Change {}

  /** An entry is not to be found by vector: its nearest neighbour covers it. */
  record Covered(String id) implements Change {}

  /** Entries were flushed. */
  record Flushed(FlushFilter filter) implements Change {}

  /** A label for the error bound, encoded by {@code cache.bound}. */
  record Labelled(ByteString label) implements Change {}

  /** An answer was rated that counts for its entry's record only. */
  record Rated(String id, boolean correct) implements Change {}

  /**
   * A report about a lookup that another replica answered: a serialised {@code
   * ReportOutcomeRequest}.
   */
  record Reported(ByteString report) implements Change {}

  /** Changes could not be told while they happened: whoever hears this reads everything again. */
  record Missed() implements Change {}
}
