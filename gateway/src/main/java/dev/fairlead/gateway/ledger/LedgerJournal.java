package dev.fairlead.gateway.ledger;

import dev.fairlead.gateway.journal.Chunk;
import dev.fairlead.gateway.journal.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The ledger's journal in a gateway's data directory. */
public final class LedgerJournal {

  private LedgerJournal() {}

  static Journal<LedgerRow> open(LedgerConfig config, Path dataDir) throws IOException {
    return Journal.open(path(dataDir), new RowFormat(), config.journalLimitBytes());
  }

  private static Path path(Path dataDir) {
    return dataDir.resolve("ledger").resolve("journal");
  }

  /**
   * Carries into a ledger what a gateway that no longer runs has left; blocks.
   *
   * @return rows that were carried
   * @throws IOException when the journal cannot be read, or a gateway has it open
   */
  public static long carry(LedgerConfig config, Path dataDir, Ledger ledger) throws IOException {
    if (!Files.exists(path(dataDir))) {
      return 0;
    }
    try (Journal<LedgerRow> journal = open(config, dataDir)) {
      long carried = 0;
      for (Chunk<LedgerRow> chunk = journal.next(config.batch());
          !chunk.records().isEmpty();
          chunk = journal.next(config.batch())) {
        ledger.write(chunk.records());
        journal.done(chunk);
        carried += chunk.records().size();
      }
      return carried;
    }
  }
}
