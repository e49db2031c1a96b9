package dev.fairlead.gateway.journal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Records on their way into a file, one frame after the other: two bytes by which a frame is found
 * again behind damage, the length of what follows, its CRC32C together with the length, and the
 * record itself. Not thread-safe.
 */
public final class RecordOutput {

  /** Bytes of a frame before its record. */
  static final int FRAME = 10;

  /** A larger record cannot be told from damage. */
  static final int MOST = 1 << 20;

  static final short MARK = (short) 0xF1AD;

  private final CRC32C crc = new CRC32C();
  private byte[] bytes = new byte[1 << 16];
  private ByteBuffer view = ByteBuffer.wrap(bytes);
  private int size;
  private int start;

  RecordOutput() {}

  /** Forgets what was written. */
  void clear() {
    size = 0;
  }

  /** Everything after this belongs to one record. */
  void begin() {
    start = size;
    room(FRAME);
    size += FRAME;
  }

  /** Ends a record. */
  void end() {
    int length = size - start - FRAME;
    if (length > MOST) {
      throw new IllegalArgumentException("record of " + length + " bytes (expected: 0.." + MOST);
    }
    view.putShort(start, MARK).putInt(start + 2, length);
    crc.reset();
    crc.update(bytes, start + 2, 4);
    crc.update(bytes, start + FRAME, length);
    view.putInt(start + 6, (int) crc.getValue());
  }

  int size() {
    return size;
  }

  /** What was written. */
  ByteBuffer written() {
    return ByteBuffer.wrap(bytes, 0, size);
  }

  /** A number, in fewer bytes the nearer it is to 0. */
  public void number(long value) {
    room(10);
    long rest = value << 1 ^ value >> 63;
    while ((rest & ~0x7FL) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  /** A fraction, exactly. */
  public void fraction(double value) {
    room(8);
    view.putDouble(size, value);
    size += 8;
  }

  /** A text; half of a surrogate pair becomes a question mark. */
  public void text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    number(utf8.length);
    room(utf8.length);
    System.arraycopy(utf8, 0, bytes, size, utf8.length);
    size += utf8.length;
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
      view = ByteBuffer.wrap(bytes);
    }
  }
}
