package dev.fairlead.standalone;

import java.nio.file.Path;
import java.time.Duration;

/**
 * {@code ./fairlead prepare}: a start and some requests of every kind, after which the process
 * ends. Run with {@code -XX:AOTCacheOutput}, so that the virtual machine keeps loaded classes and
 * what it learned of their methods for the next start (JEP 483, 514 and 515).
 */
public final class Rehearsal {

  /** Long enough to reach the compiler's attention, also on a machine with other work. */
  private static final Duration TIME = Duration.ofSeconds(15);

  private Rehearsal() {}

  /** Takes no arguments; exit status 1 when no request was answered. */
  public static void main(String[] args) {
    if (WarmUp.run(TIME, Path.of(System.getProperty("java.io.tmpdir"))) == 0) {
      System.exit(1);
    }
  }
}
