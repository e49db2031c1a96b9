package dev.fairlead.common.tls;

import dev.fairlead.common.config.ConfigException;
import java.util.Locale;

/** What a server asks of its clients. */
public enum ClientAuth {
  /** Nothing. */
  NONE,
  /** A certificate that is shown must be good. */
  WANT,
  /** Nobody without a good certificate. */
  REQUIRE;

  static ClientAuth parse(String key, String value) {
    try {
      return valueOf(value.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(key + ": " + value + " (expected: none, want or require)");
    }
  }
}
