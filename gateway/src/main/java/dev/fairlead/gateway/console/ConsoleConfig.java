package dev.fairlead.gateway.console;

import dev.fairlead.common.config.Expect;

/**
 * Section {@code console}: the web console; see the reference file.
 *
 * @param enabled whether there is one
 * @param recent requests that are remembered for it, 1 to 65536
 */
public record ConsoleConfig(boolean enabled, int recent) {

  private static final int MOST_REMEMBERED = 1 << 16;

  /** Validates. */
  public ConsoleConfig {
    Expect.range("console.recent", recent, 1, MOST_REMEMBERED);
  }
}
