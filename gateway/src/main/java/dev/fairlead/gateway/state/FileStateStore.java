package dev.fairlead.gateway.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The document in a file of {@code data_dir}, replaced as a whole. A lock file keeps processes that
 * share the folder from overwriting each other. An unreadable file is set aside and counts as none.
 */
public final class FileStateStore implements StateStore {

  private static final Logger logger = LoggerFactory.getLogger(FileStateStore.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** A lock on a file is held by a whole process, so its threads need one of their own. */
  private static final ReentrantLock WRITING = new ReentrantLock();

  private final Path file;
  private final Path lockFile;

  /** A store in {@code folder}, which is made when something is stored. */
  public FileStateStore(Path folder) {
    this.file = folder.resolve("gateway-state.json");
    this.lockFile = folder.resolve("gateway-state.lock");
  }

  @Override
  public Versioned read() {
    if (!Files.exists(file)) {
      return Versioned.NONE;
    }
    try {
      JsonNode root = JSON.readTree(file.toFile());
      if (root.path("version").isIntegralNumber() && root.path("state").isObject()) {
        return new Versioned(root.get("version").longValue(), root.get("state").toString());
      }
    } catch (IOException e) {
      logger.debug("{} is not readable", file, e);
    }
    setAside();
    return Versioned.NONE;
  }

  private void setAside() {
    Path aside = file.resolveSibling("gateway-state.unreadable");
    try {
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      logger.warn("the gateway's state cannot be read and begins anew; the file is now {}", aside);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean replace(long expected, String json) {
    WRITING.lock();
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock ignored = channel.lock()) {
        if (read().version() != expected) {
          return false;
        }
        ObjectNode root = JSON.createObjectNode();
        root.put("version", expected + 1);
        root.set("state", JSON.readTree(json));
        Path fresh = file.resolveSibling("gateway-state.new");
        Files.writeString(fresh, root.toString());
        Files.move(
            fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        return true;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      WRITING.unlock();
    }
  }

  @Override
  public void close() {}
}
