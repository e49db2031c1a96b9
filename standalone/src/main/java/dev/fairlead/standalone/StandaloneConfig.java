package dev.fairlead.standalone;

import dev.fairlead.common.config.ConfigException;
import java.time.Duration;

/**
 * Section {@code standalone}.
 *
 * @param warmUp how long a throw-away gateway answers made-up requests before the ports open
 */
record StandaloneConfig(Duration warmUp) {

  /** A longer warm-up than this is a mistake in the unit. */
  private static final Duration LONGEST = Duration.ofMinutes(2);

  StandaloneConfig {
    if (warmUp.isNegative() || warmUp.compareTo(LONGEST) > 0) {
      throw new ConfigException("standalone.warm_up: " + warmUp + " (expected: 0s to 2m)");
    }
  }
}
