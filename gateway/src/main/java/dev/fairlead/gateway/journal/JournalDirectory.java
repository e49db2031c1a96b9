package dev.fairlead.gateway.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A directory that one process at a time keeps a journal in. */
final class JournalDirectory implements AutoCloseable {

  private static final Pattern NAME = Pattern.compile("[0-9a-f-]{36}");

  private final Path path;
  private final FileChannel lock;

  private JournalDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes the directory where it is missing and keeps others out.
   *
   * @throws IOException when it cannot be written, or belongs to a journal that is open
   */
  static JournalDirectory open(Path path) throws IOException {
    OwnerOnly.createDirectories(path);
    Path file = path.resolve("lock");
    if (!Files.exists(file)) {
      OwnerOnly.createFile(file);
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    if (!locked(channel)) {
      channel.close();
      throw new IOException(path + " is in use (expected: a directory for each process)");
    }
    return new JournalDirectory(path, channel);
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      @Nullable FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  Path path() {
    return path;
  }

  Checkpoint checkpoint() throws IOException {
    return Checkpoint.open(path.resolve("done"));
  }

  /**
   * What this journal is called; nothing else in the world is.
   *
   * @param renew whether it gets a new name, as it must where nothing is left of an earlier one:
   *     the directory may be a copy of another
   */
  String name(boolean renew) throws IOException {
    Path file = path.resolve("name");
    if (!renew && Files.exists(file)) {
      String name = Files.readString(file, StandardCharsets.ISO_8859_1);
      if (NAME.matcher(name).matches()) {
        return name;
      }
    }
    String name = UUID.randomUUID().toString();
    if (!Files.exists(file)) {
      OwnerOnly.createFile(file);
    }
    Files.writeString(file, name, StandardCharsets.ISO_8859_1);
    return name;
  }

  /** What is left of earlier journals, oldest first. */
  List<Segment> segments() throws IOException {
    List<Segment> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        Segment.found(file).ifPresent(found::add);
      }
    }
    found.sort(Comparator.comparingLong(Segment::first));
    return found;
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
