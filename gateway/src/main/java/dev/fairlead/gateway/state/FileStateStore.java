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
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The document in a file of {@code data_dir}, replaced as a whole and readable by its owner only. A
 * lock file keeps processes that share the folder from overwriting each other.
 */
public final class FileStateStore implements StateStore {

  private static final Logger logger = LoggerFactory.getLogger(FileStateStore.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** A lock on a file is held by a whole process, so its threads need one of their own. */
  private static final ReentrantLock WRITING = new ReentrantLock();

  private final Path file;
  private final Path lockFile;
  private final boolean mayBeginAnew;

  private FileStateStore(Path folder, String name, boolean mayBeginAnew) {
    this.file = folder.resolve(name + ".json");
    this.lockFile = folder.resolve(name + ".lock");
    this.mayBeginAnew = mayBeginAnew;
  }

  /**
   * A store in {@code folder}, which is made when something is stored. An unreadable file is set
   * aside and counts as none.
   */
  public FileStateStore(Path folder) {
    this(folder, "gateway-state", true);
  }

  /** A store of another document than the state, otherwise the same. */
  public static FileStateStore of(Path folder, String name) {
    return new FileStateStore(folder, name, true);
  }

  /** A store whose unreadable file is as good as unreachable: nothing in it may be forgotten. */
  public static FileStateStore strict(Path folder, String name) {
    return new FileStateStore(folder, name, false);
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
    if (!mayBeginAnew) {
      throw new UncheckedIOException(new IOException(file + " is not readable"));
    }
    setAside();
    return Versioned.NONE;
  }

  private void setAside() {
    Path aside = sibling(".unreadable");
    try {
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      logger.warn("{} cannot be read and begins anew; what it was is now {}", file, aside);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path sibling(String suffix) {
    return file.resolveSibling(file.getFileName().toString().replace(".json", suffix));
  }

  @Override
  public boolean replace(long expected, String json) {
    return locked(() -> {
      boolean newest = read().version() == expected;
      if (newest) {
        write(new Versioned(expected + 1, json));
      }
      return newest;
    });
  }

  @Override
  public void restore(Versioned last) {
    boolean ignored =
        locked(() -> {
          boolean older = read().version() < last.version();
          if (older) {
            write(last);
          }
          return older;
        });
  }

  private boolean locked(Writing writing) {
    WRITING.lock();
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock ignored = channel.lock()) {
        return writing.run();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      WRITING.unlock();
    }
  }

  private void write(Versioned versioned) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", versioned.version());
    root.set("state", JSON.readTree(versioned.json()));
    Path fresh = sibling(".new");
    Files.writeString(fresh, root.toString());
    ownersOnly(fresh);
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void ownersOnly(Path file) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (view != null) {
      view.setPermissions(PosixFilePermissions.fromString("rw-------"));
    }
  }

  /** What is done under the lock. */
  private interface Writing {
    boolean run() throws IOException;
  }

  @Override
  public void close() {}
}
