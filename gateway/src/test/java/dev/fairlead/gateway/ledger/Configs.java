package dev.fairlead.gateway.ledger;

import dev.fairlead.common.config.ConfigSource;
import java.util.Map;

/** Sections as the reference file has them, but for what a test says. */
final class Configs {

  private Configs() {}

  static LedgerConfig ledger(String yaml) {
    return ConfigSource.parse("test", "ledger: {" + yaml + "}", Map.of())
        .section("ledger", LedgerConfig.class);
  }
}
