package dev.fairlead.gateway.ledger;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedLedgerTest extends LedgerContract {

  @TempDir private Path dataDir;

  @Override
  Ledger open() {
    return JdbcLedger.open(Configs.ledger(""), dataDir);
  }
}
