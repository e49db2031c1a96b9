package dev.fairlead.common.config;

/**
 * A configuration that cannot be used. The message names source, key, value (never a secret's) and
 * expectation.
 */
public final class ConfigException extends RuntimeException {

  /** A complaint about the configuration as a whole. */
  public ConfigException(String message) {
    super(message);
  }

  /** A complaint with its cause. */
  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
