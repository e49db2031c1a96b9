package dev.fairlead.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/**
 * The level of this process's own loggers, changed while it runs. Libraries follow it down to INFO
 * and no further: what they tell below that is what they send and receive. Thread-safe.
 */
public final class LogLevel {

  /** Names of all levels, the quietest first. */
  public static final List<String> NAMES = List.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");

  private static final String OURS = "dev.fairlead";

  private LogLevel() {}

  /** The level in force. */
  public static String current() {
    return logger(OURS) instanceof Logger own ? String.valueOf(own.getEffectiveLevel()) : "INFO";
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
    set(Level.toLevel(name));
  }

  static void set(Level level) {
    if (logger(OURS) instanceof Logger own
        && logger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      own.setLevel(level);
      root.setLevel(level.isGreaterOrEqual(Level.INFO) ? level : Level.INFO);
    }
  }

  private static org.slf4j.Logger logger(String name) {
    return LoggerFactory.getLogger(name);
  }
}
