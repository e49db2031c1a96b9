package dev.fairlead.gateway.dialect.json;

import java.util.Arrays;

/** Resolves the escapes of a JSON string (RFC 8259 section 7) whose well-formedness has been checked. */
final class Escapes {

  private Escapes() {}

  /** The UTF-8 bytes that the string stands for; {@code from} and {@code to} are inside the quotes. */
  static byte[] resolve(byte[] body, int from, int to) {
    byte[] out = new byte[to - from];
    int size = 0;
    int at = from;
    while (at < to) {
      byte b = body[at];
      if (b != '\\') {
        out[size++] = b;
        at++;
      } else if (body[at + 1] != 'u') {
        out[size++] = simple(body[at + 1]);
        at += 2;
      } else {
        int unit = hex4(body, at + 2);
        at += 6;
        if (Character.isHighSurrogate((char) unit)) {
          unit = Character.toCodePoint((char) unit, (char) hex4(body, at + 2));
          at += 6;
        }
        size = encode(unit, out, size);
      }
    }
    return Arrays.copyOf(out, size);
  }

  /** What the letter after a backslash stands for; 0 when it is none of JSON's. */
  static byte simple(byte letter) {
    return switch (letter) {
      case '"', '\\', '/' -> letter;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
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

  private static int encode(int c, byte[] out, int size) {
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
