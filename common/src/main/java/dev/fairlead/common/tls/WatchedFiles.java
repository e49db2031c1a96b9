package dev.fairlead.common.tls;

import dev.fairlead.common.config.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that are read again when what is in them changes. Contents are compared, not times: a
 * secret of Kubernetes is replaced by turning a symbolic link two folders above, and copies keep
 * the times of what they copy. Looked at by one thread.
 */
final class WatchedFiles {

  private static final Logger logger = LoggerFactory.getLogger(WatchedFiles.class);

  /** A certificate chain has a few kilobytes, a bundle of authorities some hundred. */
  private static final long MOST_BYTES = 4 << 20;

  /** Uses what the files hold, in their order, or throws what is wrong with it. */
  interface Use {
    void accept(List<byte[]> contents);
  }

  private final String name;
  private final Map<String, Path> files;
  private final Use use;
  private final AtomicLong replaced = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private List<byte[]> seen = List.of();
  private String complaint = "";

  /**
   * Files that are used together.
   *
   * @param name what metrics call them
   * @param files key of the configuration and file
   */
  WatchedFiles(String name, Map<String, Path> files, Use use) {
    this.name = name;
    this.files = files;
    this.use = use;
  }

  String name() {
    return name;
  }

  /** How often other contents were taken. */
  long replaced() {
    return replaced.get();
  }

  /** How often other contents were not usable. */
  long refused() {
    return refused.get();
  }

  /**
   * Reads and uses them for the first time.
   *
   * @throws ConfigException when they cannot be used
   */
  void read() {
    List<byte[]> contents = contents();
    use.accept(contents);
    seen = contents;
  }

  /** Uses them if they have changed; what cannot be used is logged, once. */
  void look() {
    try {
      List<byte[]> contents = contents();
      if (same(contents, seen)) {
        return;
      }
      seen = contents;
      use.accept(contents);
      replaced.incrementAndGet();
      complaint = "";
      logger.info("TLS: {} was replaced and is used from now on", files.values());
    } catch (ConfigException e) {
      complain(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      complain(files.keySet() + ": " + e);
    }
  }

  private void complain(String message) {
    if (!message.equals(complaint)) {
      complaint = message;
      refused.incrementAndGet();
      logger.error("TLS: the certificate in use stays: {}", message);
    }
  }

  private List<byte[]> contents() {
    List<byte[]> contents = new ArrayList<>();
    files.forEach((key, file) -> contents.add(content(key, file)));
    return contents;
  }

  private static byte[] content(String key, Path file) {
    try {
      if (Files.size(file) <= MOST_BYTES) {
        return Files.readAllBytes(file);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new ConfigException(
          key + ": " + file + " cannot be read (expected: a PEM file that this user may read)");
    }
    throw new ConfigException(key + ": " + file + " is too large (expected: a PEM file)");
  }

  private static boolean same(List<byte[]> left, List<byte[]> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!Arrays.equals(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }
}
