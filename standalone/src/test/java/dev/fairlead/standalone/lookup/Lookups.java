package dev.fairlead.standalone.lookup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

/**
 * Names of other machines that were looked up, by this JVM and by those that write to the same
 * file.
 */
public final class Lookups {

  /** Names the file; child processes get the same value. */
  public static final String FILE_PROPERTY = "fairlead.test.lookups";

  private Lookups() {}

  /**
   * The names so far; tests of unknown hosts use the domain {@code invalid}, which does not count.
   */
  public static List<String> ofOtherMachines(Path file) throws IOException {
    return Files.exists(file)
        ? Files.readAllLines(file).stream()
            .filter(name -> !name.endsWith(".invalid"))
            .distinct()
            .toList()
        : List.of();
  }

  static boolean isLocal(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        || name.endsWith(".localhost")
        || name.equals(
            System.getenv().getOrDefault("HOSTNAME", "localhost").toLowerCase(Locale.ROOT))
        || name.equals(kernelHostName());
  }

  static void note(String host) {
    String file = System.getProperty(FILE_PROPERTY);
    if (file == null) {
      return;
    }
    try {
      Files.writeString(
          Path.of(file), host + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String kernelHostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).trim().toLowerCase(Locale.ROOT);
    } catch (IOException e) {
      return "localhost";
    }
  }
}
