package dev.fairlead.deploy;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program of this machine, run to its end. */
final class Tool {

  private Tool() {}

  /** Whether the {@code PATH}, or where Debian keeps servers, has it. */
  static boolean isThere(String program) {
    String path = System.getenv().getOrDefault("PATH", "") + File.pathSeparator + "/usr/sbin";
    for (String folder : path.split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  /** What a run said, both streams together, and how it ended. */
  record Run(int code, String output) {}

  static Run run(Map<String, String> environment, List<String> command) {
    try {
      Path output = Files.createTempFile("tool", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(Repository.path(".").toFile())
              .redirectErrorStream(true);
      builder.redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      builder
          .environment()
          .merge("PATH", "/usr/sbin", (path, more) -> path + File.pathSeparator + more);
      Process process = builder.start();
      try {
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
          return new Run(-1, "not done after 5 minutes: " + Files.readString(output));
        }
        return new Run(process.exitValue(), Files.readString(output));
      } finally {
        process.destroyForcibly();
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
