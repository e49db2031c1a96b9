package dev.fairlead.gateway.dialect.json;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * A name or value that is looked for often: its first eight bytes are compared in one step.
 * Immutable.
 */
public final class AsciiWord {

  private final String text;
  private final byte[] bytes;
  private final long head;
  private final long mask;

  private AsciiWord(String text) {
    this.text = text;
    this.bytes = text.getBytes(US_ASCII);
    byte[] eight = new byte[Long.BYTES];
    System.arraycopy(bytes, 0, eight, 0, Math.min(bytes.length, eight.length));
    this.head = ByteRuns.word(eight, 0);
    this.mask = bytes.length >= Long.BYTES ? -1L : (1L << 8 * bytes.length) - 1;
  }

  /** The word of ASCII characters. */
  public static AsciiWord of(String ascii) {
    return new AsciiWord(ascii);
  }

  /** The word. */
  public String text() {
    return text;
  }

  int length() {
    return bytes.length;
  }

  /** Whether it is at {@code at}; {@code body} has as many bytes there. */
  boolean isAt(byte[] body, int at) {
    int from = 0;
    if (at <= body.length - Long.BYTES) {
      if (((ByteRuns.word(body, at) ^ head) & mask) != 0) {
        return false;
      }
      from = Long.BYTES;
    }
    for (int i = from; i < bytes.length; i++) {
      if (body[at + i] != bytes[i]) {
        return false;
      }
    }
    return true;
  }
}
