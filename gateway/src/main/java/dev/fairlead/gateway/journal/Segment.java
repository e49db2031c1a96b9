package dev.fairlead.gateway.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Optional;

/**
 * One file of a journal, named after the number of its first record. One thread appends, another
 * one reads what is before {@link #length}.
 */
final class Segment {

  /** Bytes before the first record. */
  static final int HEADER = 8;

  static final long MAGIC = 0x464C_4A52_4E4C_0001L;

  private static final String SUFFIX = ".journal";

  private final Path file;
  private final long first;
  private volatile long length;
  private volatile boolean sealed;

  private Segment(Path file, long first, long length, boolean sealed) {
    this.file = file;
    this.first = first;
    this.length = length;
    this.sealed = sealed;
  }

  /** One that another process has left; empty when the file is something else. */
  static Optional<Segment> found(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    if (name.length() != 16 + SUFFIX.length() || !name.endsWith(SUFFIX)) {
      return Optional.empty();
    }
    try {
      long first = HexFormat.fromHexDigitsToLong(name, 0, 16);
      return Optional.of(new Segment(file, first, Files.size(file), true));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** A new one, for {@link #channel}; takes the place of one that could not be begun. */
  static Segment create(Path directory, long first) throws IOException {
    Path file = directory.resolve(HexFormat.of().toHexDigits(first) + SUFFIX);
    Files.deleteIfExists(file);
    OwnerOnly.createFile(file);
    return new Segment(file, first, HEADER, false);
  }

  /** Opens a new one to append to it. */
  FileChannel channel() throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    try {
      channel.write(ByteBuffer.allocate(HEADER).putLong(0, MAGIC), 0);
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  Path file() {
    return file;
  }

  long first() {
    return first;
  }

  /** Bytes that may be read. */
  long length() {
    return length;
  }

  void length(long value) {
    length = value;
  }

  /** Whether nothing will be appended; ask before {@link #length}. */
  boolean sealed() {
    return sealed;
  }

  void seal() {
    sealed = true;
  }
}
