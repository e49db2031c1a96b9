package dev.fairlead.gateway.dialect.json;

import java.util.Arrays;

/**
 * Resolves the escapes of a JSON string (RFC 8259 section 7) whose well-formedness has been
 * checked.
 */
final class Escapes {

  private static final byte[] SIMPLE = new byte[128];

  static {
    for (char letter : "\"\\/".toCharArray()) {
      SIMPLE[letter] = (byte) letter;
    }
    SIMPLE['b'] = '\b';
    SIMPLE['f'] = '\f';
    SIMPLE['n'] = '\n';
    SIMPLE['r'] = '\r';
    SIMPLE['t'] = '\t';
  }

  private Escapes() {}

  /**
   * The UTF-8 bytes that the string stands for; {@code from} and {@code to} are inside the quotes.
   */
  static byte[] resolve(byte[] body, int from, int to) {
    byte[] out = new byte[to - from];
    int size = 0;
    int at = from;
    while (at < to) {
      int run = ByteRuns.backslash(body, at, to);
      System.arraycopy(body, at, out, size, run - at);
      size += run - at;
      at = run;
      if (at < to) {
        size = encode(codePoint(body, at), out, size);
        at += length(body, at);
      }
    }
    return Arrays.copyOf(out, size);
  }

  /** By how many characters the escapes are longer than what they stand for. */
  static int surplus(byte[] body, int from, int to) {
    int surplus = 0;
    int at = ByteRuns.backslash(body, from, to);
    while (at < to) {
      int length = length(body, at);
      surplus += length - 1;
      at = ByteRuns.backslash(body, at + length, to);
    }
    return surplus;
  }

  /** Length of the escape at a backslash, a surrogate pair being one. */
  static int length(byte[] body, int at) {
    if (body[at + 1] != 'u') {
      return 2;
    }
    return Character.isHighSurrogate((char) hex4(body, at + 2)) ? 12 : 6;
  }

  /** What the escape at a backslash stands for. */
  static int codePoint(byte[] body, int at) {
    if (body[at + 1] != 'u') {
      return simple(body[at + 1]);
    }
    char unit = (char) hex4(body, at + 2);
    return Character.isHighSurrogate(unit)
        ? Character.toCodePoint(unit, (char) hex4(body, at + 8))
        : unit;
  }

  /** What the letter after a backslash stands for; 0 when it is none of JSON's. */
  static byte simple(byte letter) {
    return letter < 0 ? 0 : SIMPLE[letter];
  }

  /** Whether what it stands for could be said by an escape that is shorter, or by none. */
  static boolean isVaried(byte letter) {
    return letter == 'u' || letter == '/';
  }

  /**
   * The letter behind a backslash that stands for a character which cannot be said in a shorter
   * way; 0 when there is none.
   */
  static int letter(int character) {
    return switch (character) {
      case '"', '\\' -> character;
      case '\b' -> 'b';
      case '\f' -> 'f';
      case '\n' -> 'n';
      case '\r' -> 'r';
      case '\t' -> 't';
      default -> 0;
    };
  }

  /** Four hexadecimal digits, or -1. */
  static int hex4(byte[] body, int at) {
    int value = 0;
    for (int i = at; i < at + 4; i++) {
      int digit = hex(body[i]);
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private static int hex(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    int letter = b | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
  }

  /** Writes a character in UTF-8 and gives the offset after it. */
  static int encode(int c, byte[] out, int size) {
    int at = size;
    if (c < 0x80) {
      out[at++] = (byte) c;
    } else if (c < 0x800) {
      out[at++] = (byte) (0xC0 | c >> 6);
      out[at++] = (byte) (0x80 | c & 0x3F);
    } else if (c < 0x10000) {
      out[at++] = (byte) (0xE0 | c >> 12);
      out[at++] = (byte) (0x80 | c >> 6 & 0x3F);
      out[at++] = (byte) (0x80 | c & 0x3F);
    } else {
      out[at++] = (byte) (0xF0 | c >> 18);
      out[at++] = (byte) (0x80 | c >> 12 & 0x3F);
      out[at++] = (byte) (0x80 | c >> 6 & 0x3F);
      out[at++] = (byte) (0x80 | c & 0x3F);
    }
    return at;
  }
}
