package dev.fairlead.gateway.dialect.json;

import java.util.Arrays;

/**
 * Single bytes out of base64 (RFC 4648, section 4) that stays where it is: nothing is copied or
 * decoded but what is asked for.
 *
 * @param text holds the base64, not copied
 * @param from its first character
 * @param to just past its last one
 */
record Base64Bytes(byte[] text, int from, int to) {

  private static final byte[] VALUES = new byte[128];

  static {
    Arrays.fill(VALUES, (byte) -1);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < alphabet.length(); i++) {
      VALUES[alphabet.charAt(i)] = (byte) i;
    }
  }

  /** The byte at an offset, 0 to 255; -1 where there is none, or no base64. */
  int at(int offset) {
    int place = offset % 3;
    long at = from + offset / 3 * 4L + place;
    if (at + 1 >= to) {
      return -1;
    }
    int high = value(text[(int) at]);
    int low = value(text[(int) at + 1]);
    int shift = 2 * place;
    return high < 0 || low < 0 ? -1 : ((high << (2 + shift)) | (low >>> (4 - shift))) & 0xff;
  }

  private static int value(byte character) {
    return character < 0 ? -1 : VALUES[character];
  }
}
