package dev.fairlead.gateway.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Reads the frames of one segment, and finds the next one behind damage. Not thread-safe. */
final class SegmentReader implements AutoCloseable {

  private static final int READ_AHEAD = 1 << 18;

  /** Where bytes make no frame. */
  @FunctionalInterface
  interface Damage {
    void between(long from, long to);
  }

  private final FileChannel channel;
  private final Damage damage;
  private final CRC32C crc = new CRC32C();
  private byte[] bytes = new byte[READ_AHEAD];
  private ByteBuffer view = ByteBuffer.wrap(bytes);
  private int from;
  private int to;
  private long offset;
  private int length;

  private SegmentReader(FileChannel channel, long offset, Damage damage) {
    this.channel = channel;
    this.offset = offset;
    this.damage = damage;
  }

  static SegmentReader open(Segment segment, long offset, Damage damage) throws IOException {
    return new SegmentReader(
        FileChannel.open(segment.file(), StandardOpenOption.READ), offset, damage);
  }

  /** Whether the file is of a kind that this program writes. */
  boolean known() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(Segment.HEADER);
    return channel.read(header, 0) == Segment.HEADER && header.getLong(0) == Segment.MAGIC;
  }

  /** Where the next frame begins. */
  long offset() {
    return offset;
  }

  /** Goes to the next whole frame before {@code end}; false when there is none. */
  boolean next(long end) throws IOException {
    long damagedFrom = -1;
    while (available(RecordOutput.FRAME, end)) {
      if (whole(end)) {
        if (damagedFrom >= 0) {
          damage.between(damagedFrom, offset);
        }
        skip(RecordOutput.FRAME + length);
        return true;
      }
      damagedFrom = damagedFrom < 0 ? offset : damagedFrom;
      skip(1);
    }
    if (offset < end) {
      damage.between(damagedFrom < 0 ? offset : damagedFrom, end);
      from = to;
      offset = end;
    }
    return false;
  }

  /** The record of the frame that {@link #next} found. */
  RecordInput record() {
    return new RecordInput(bytes, from - length, length);
  }

  private boolean whole(long end) throws IOException {
    if (view.getShort(from) != RecordOutput.MARK) {
      return false;
    }
    length = view.getInt(from + 2);
    if (length < 0 || length > RecordOutput.MOST || !available(RecordOutput.FRAME + length, end)) {
      return false;
    }
    crc.reset();
    crc.update(bytes, from + 2, 4);
    crc.update(bytes, from + RecordOutput.FRAME, length);
    return (int) crc.getValue() == view.getInt(from + 6);
  }

  private void skip(int count) {
    from += count;
    offset += count;
  }

  private boolean available(int count, long end) throws IOException {
    if (offset + count > end) {
      return false;
    }
    if (to - from < count) {
      fill(count, end);
    }
    return to - from >= count;
  }

  private void fill(int count, long end) throws IOException {
    System.arraycopy(bytes, from, bytes, 0, to - from);
    to -= from;
    from = 0;
    if (bytes.length < count) {
      bytes = Arrays.copyOf(bytes, count);
      view = ByteBuffer.wrap(bytes);
    }
    int most = (int) Math.min(bytes.length, end - offset);
    while (to < most) {
      int read = channel.read(ByteBuffer.wrap(bytes, to, most - to), offset + to);
      if (read < 0) {
        return;
      }
      to += read;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
