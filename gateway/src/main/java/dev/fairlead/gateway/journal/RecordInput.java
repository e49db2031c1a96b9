package dev.fairlead.gateway.journal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** One record as {@link RecordOutput} wrote it. Not thread-safe. */
public final class RecordInput {

  private final byte[] bytes;
  private final int end;
  private int at;

  RecordInput(byte[] bytes, int from, int length) {
    this.bytes = bytes;
    this.at = from;
    this.end = from + length;
  }

  /** A number. */
  public long number() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = bytes[take(1)];
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value >>> 1 ^ -(value & 1);
      }
    }
    throw new IllegalArgumentException("number of more than 64 bits");
  }

  /** A fraction. */
  public double fraction() {
    return ByteBuffer.wrap(bytes).getDouble(take(8));
  }

  /** A text. */
  public String text() {
    long length = number();
    if (length < 0 || length > end - at) {
      throw new IllegalArgumentException(
          "text of " + length + " bytes in a record's last " + left());
    }
    return new String(bytes, take((int) length), (int) length, StandardCharsets.UTF_8);
  }

  private int left() {
    return end - at;
  }

  private int take(int count) {
    if (count > left()) {
      throw new IllegalArgumentException("record ends early");
    }
    int from = at;
    at += count;
    return from;
  }
}
