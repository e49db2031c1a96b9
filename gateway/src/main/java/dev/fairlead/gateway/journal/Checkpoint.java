package dev.fairlead.gateway.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file that says how far a journal was carried away. It outlives the process, not a loss of
 * power, after which it may be older than it was; then some records are carried away twice.
 */
final class Checkpoint implements AutoCloseable {

  private static final int SIZE = 4 * Long.BYTES;

  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(SIZE);

  private Checkpoint(FileChannel channel) {
    this.channel = channel;
  }

  static Checkpoint open(Path file) throws IOException {
    if (!Files.exists(file)) {
      OwnerOnly.createFile(file);
    }
    return new Checkpoint(
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  /** What was said last; null when nothing was, or it cannot be read. */
  Chunk.@Nullable Position read() throws IOException {
    buffer.clear();
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, buffer.position()) < 0) {
        return null;
      }
    }
    return buffer.getLong(24) == checksum()
        ? new Chunk.Position(buffer.getLong(0), buffer.getLong(8), buffer.getLong(16))
        : null;
  }

  void write(Chunk.Position position) throws IOException {
    buffer
        .putLong(0, position.segment())
        .putLong(8, position.offset())
        .putLong(16, position.number())
        .putLong(24, 0);
    buffer.putLong(24, checksum()).clear();
    channel.write(buffer, 0);
  }

  /** Never that of zeros. */
  private long checksum() {
    CRC32C crc = new CRC32C();
    crc.update(buffer.array(), 0, 24);
    return crc.getValue() | 1L << 32;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
