package dev.fairlead.gateway.ledger;

import dev.fairlead.gateway.journal.Chunk;
import dev.fairlead.gateway.journal.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The ledger's journal in a gateway's data directory. */
public final class LedgerJournal {

  private LedgerJournal() {}

  static Journal<LedgerRow> open(LedgerConfig config, Path dataDir) throws IOException {
    return Journal.open(path(dataDir), new RowFormat(), config.journalLimitBytes());
  }

  private static Path path(Path dataDir) {
    return dataDir.resolve("ledger").resolve("journal");
  }

  /** Goes on where the ledger has come, which may be further than the journal knows. */
  static void resume(Journal<LedgerRow> journal, Ledger ledger) throws IOException {
    Optional<Chunk.Position> place = ledger.place(journal.name());
    if (place.isPresent()) {
      journal.resume(place.get());
    }
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
      resume(journal, ledger);
      long carried = 0;
      for (Chunk<LedgerRow> chunk = journal.next(config.batch());
          !chunk.records().isEmpty();
          chunk = journal.next(config.batch())) {
        ledger.write(chunk.records(), new JournalPlace(journal.name(), chunk.end()));
        journal.done(chunk);
        carried += chunk.records().size();
      }
      return carried;
    }
  }
}
