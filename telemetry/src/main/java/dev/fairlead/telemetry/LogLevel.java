package dev.fairlead.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/** The level of this process's own loggers, changed while it runs. Thread-safe. */
public final class LogLevel {

  /** Names of all levels, the quietest first. */
  public static final List<String> NAMES = List.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");

  private LogLevel() {}

  /** The level in force. */
  public static String current() {
    return LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root
        ? String.valueOf(root.getLevel())
        : "INFO";
  }

  /**
   * Puts a level in force for this process.
   *
   * @param name one of {@link #NAMES}, in any case
   */
  public static void change(String name) {
    if (!NAMES.contains(name.toUpperCase(Locale.ROOT))) {
      throw new IllegalArgumentException(name + " (expected: one of " + NAMES + ")");
    }
    if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      root.setLevel(Level.toLevel(name));
    }
  }
}
