package dev.fairlead.gateway.dialect.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Questions about runs of bytes, answered eight bytes at a time (SIMD within a register). */
final class ByteRuns {

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final long BACKSLASHES = ONES * '\\';

  private ByteRuns() {}

  /** The eight bytes at {@code at}, the first one lowest. */
  static long word(byte[] bytes, int at) {
    return (long) WORDS.get(bytes, at);
  }

  /** The first byte whose highest bit is set, or {@code to}. */
  static int marked(byte[] bytes, int from, int to) {
    int at = from;
    while (at <= to - Long.BYTES) {
      long marks = (long) WORDS.get(bytes, at) & HIGHS;
      if (marks != 0) {
        return at + (Long.numberOfTrailingZeros(marks) >>> 3);
      }
      at += Long.BYTES;
    }
    while (at < to && bytes[at] >= 0) {
      at++;
    }
    return at;
  }

  /** Whether the same bytes, at least eight, lie at both places. */
  static boolean same(byte[] bytes, int first, int second, int length) {
    int last = length - Long.BYTES;
    for (int i = 0; i < last; i += Long.BYTES) {
      if (word(bytes, first + i) != word(bytes, second + i)) {
        return false;
      }
    }
    return word(bytes, first + last) == word(bytes, second + last);
  }

  /** The first backslash, or {@code to}. */
  static int backslash(byte[] bytes, int from, int to) {
    int at = from;
    while (at <= to - Long.BYTES) {
      long word = (long) WORDS.get(bytes, at) ^ BACKSLASHES;
      long marks = (word - ONES) & ~word & HIGHS;
      if (marks != 0) {
        return at + (Long.numberOfTrailingZeros(marks) >>> 3);
      }
      at += Long.BYTES;
    }
    while (at < to && bytes[at] != '\\') {
      at++;
    }
    return at;
  }

  /** Unicode characters of well-formed UTF-8: bytes that do not continue a sequence. */
  static int characters(byte[] bytes, int from, int to) {
    int continuing = 0;
    int at = from;
    for (; at <= to - Long.BYTES; at += Long.BYTES) {
      long word = (long) WORDS.get(bytes, at);
      continuing += Long.bitCount(word & ~(word << 1) & HIGHS);
    }
    for (; at < to; at++) {
      continuing += bytes[at] < (byte) 0xC0 ? 1 : 0;
    }
    return to - from - continuing;
  }
}
