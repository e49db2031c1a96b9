package dev.fairlead.gateway;

import dev.fairlead.common.config.Expect;

/**
 * Section {@code services}: where the other services of a mesh are.
 *
 * @param scorer {@code host:port}, several joined by commas
 * @param cache {@code host:port}, several joined by commas
 * @param provider {@code host:port}, several joined by commas
 */
public record ServicesConfig(String scorer, String cache, String provider) {

  /** Validates. */
  public ServicesConfig {
    Expect.present("services.scorer", scorer);
    Expect.present("services.cache", cache);
    Expect.present("services.provider", provider);
  }
}
