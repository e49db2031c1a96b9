package dev.fairlead.common.config;

import java.time.Duration;

/**
 * Checks for the compact constructors of configuration records; a failed one names key, value and
 * expectation.
 */
public final class Expect {

  private Expect() {}

  /** An integer between two bounds, both included. */
  public static void range(String key, long value, long low, long high) {
    if (value < low || value > high) {
      throw new ConfigException(key + ": " + value + " (expected: " + low + ".." + high + ")");
    }
  }

  /** A number between two bounds, both included. */
  public static void range(String key, double value, double low, double high) {
    if (!(value >= low && value <= high)) {
      throw new ConfigException(key + ": " + value + " (expected: " + low + ".." + high + ")");
    }
  }

  /** A duration above zero. */
  public static void positive(String key, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new ConfigException(key + ": " + value + " (expected: more than 0)");
    }
  }

  /** A text that is not blank. */
  public static void present(String key, String value) {
    if (value.isBlank()) {
      throw new ConfigException(key + ": missing (expected: a value)");
    }
  }

  /** Anything else. */
  public static void that(boolean holds, String key, Object value, String expectation) {
    if (!holds) {
      throw new ConfigException(key + ": " + value + " (expected: " + expectation + ")");
    }
  }
}
