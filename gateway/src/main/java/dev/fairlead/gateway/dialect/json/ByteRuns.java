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
  private static final long TWOS = ONES * 2;
  private static final long PAST_SPACES = ONES * (' ' + 1);
  private static final long BACKSLASHES = ONES * '\\';

  private ByteRuns() {}

  /** The eight bytes at {@code at}, the first one lowest. */
  static long word(byte[] bytes, int at) {
    return (long) WORDS.get(bytes, at);
  }

  /** Where printable ASCII without quotes and backslashes ends, at the latest {@code to}. */
  static int plainEnd(byte[] bytes, int from, int to) {
    int at = from;
    while (at <= to - Long.BYTES) {
      long special = special((long) WORDS.get(bytes, at));
      if (special != 0) {
        return at + (Long.numberOfTrailingZeros(special) >>> 3);
      }
      at += Long.BYTES;
    }
    while (at < to && bytes[at] >= ' ' && bytes[at] != '"' && bytes[at] != '\\') {
      at++;
    }
    return at;
  }

  /**
   * Marks bytes that are a quote, a backslash, below a space or above ASCII. With its second bit
   * turned over a quote comes to lie beside the control characters, which stay among themselves, so
   * that one subtraction finds both. A subtraction's borrow may mark bytes above a true mark, never
   * below one, so the lowest mark is always right. A byte above ASCII is marked by itself, so it
   * does no harm that the subtractions may mark it too.
   */
  private static long special(long word) {
    return ((word ^ TWOS) - PAST_SPACES | (word ^ BACKSLASHES) - ONES | word) & HIGHS;
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
