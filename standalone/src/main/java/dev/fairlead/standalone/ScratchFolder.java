package dev.fairlead.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder for what a gateway keeps that nobody wants to keep; deleted at the end.
 *
 * @param path of the folder
 */
record ScratchFolder(Path path) implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(ScratchFolder.class);

  /** A new one of that prefix in a folder. */
  static ScratchFolder in(Path parent, String prefix) throws IOException {
    return new ScratchFolder(Files.createTempDirectory(parent, prefix));
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      logger.warn("{} could not be deleted", path, e);
    }
  }
}
