package dev.fairlead.onnx.tokenizer;

import java.io.ByteArrayOutputStream;

/**
 * The printable characters that stand for bytes in the vocabularies of byte-level tokenizers
 * (Radford et al., 2019): printable Latin-1 for itself, the 68 other bytes from U+0100 on.
 */
public final class ByteAlphabet {

  private static final char[] CHARACTERS = new char[256];
  private static final int[] BYTES = new int[0x144];

  static {
    java.util.Arrays.fill(BYTES, -1);
    char next = 0x100;
    for (int value = 0; value < 256; value++) {
      boolean printable =
          (value >= '!' && value <= '~')
              || (value >= 0xa1 && value <= 0xac)
              || (value >= 0xae && value <= 0xff);
      CHARACTERS[value] = printable ? (char) value : next++;
      BYTES[CHARACTERS[value]] = value;
    }
  }

  private ByteAlphabet() {}

  /** The character for a byte, 0 to 255. */
  public static char character(int value) {
    return CHARACTERS[value];
  }

  /** The characters for bytes. */
  public static String characters(byte[] bytes) {
    StringBuilder out = new StringBuilder(bytes.length);
    for (byte value : bytes) {
      out.append(CHARACTERS[value & 0xff]);
    }
    return out.toString();
  }

  /** The bytes of a vocabulary entry; a character outside the alphabet stands for its UTF-8. */
  static byte[] bytes(String piece) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(piece.length());
    piece
        .codePoints()
        .forEach(c -> {
          int value = c < BYTES.length ? BYTES[c] : -1;
          if (value >= 0) {
            out.write(value);
          } else {
            out.writeBytes(Character.toString(c).getBytes(java.nio.charset.StandardCharsets.UTF_8));
          }
        });
    return out.toByteArray();
  }
}
