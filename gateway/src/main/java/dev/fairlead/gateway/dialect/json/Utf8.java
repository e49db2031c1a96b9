package dev.fairlead.gateway.dialect.json;

/** Which bytes are well-formed UTF-8 (The Unicode Standard, table 3-7). */
final class Utf8 {

  private Utf8() {}

  /** Where well-formed multi-byte sequences end: at ASCII, at {@code to}, or at a malformed one. */
  static int end(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] < 0) {
      int length = sequence(bytes, at, to);
      if (length == 0) {
        return at;
      }
      at += length;
    }
    return at;
  }

  /** Length of the multi-byte sequence, or 0 when it is not well-formed. */
  private static int sequence(byte[] bytes, int at, int to) {
    int lead = bytes[at] & 0xFF;
    if (lead >= 0xE0) {
      return lead < 0xF0 ? three(bytes, lead, at, to) : four(bytes, lead, at, to);
    }
    return lead >= 0xC2 && at + 2 <= to && continues(bytes[at + 1]) ? 2 : 0;
  }

  /** Neither overlong nor a surrogate. */
  private static int three(byte[] bytes, int lead, int at, int to) {
    if (at + 3 > to || !continues(bytes[at + 1]) || !continues(bytes[at + 2])) {
      return 0;
    }
    int second = bytes[at + 1] & 0xFF;
    return lead == 0xE0 && second < 0xA0 || lead == 0xED && second > 0x9F ? 0 : 3;
  }

  /** Neither overlong nor beyond U+10FFFF. */
  private static int four(byte[] bytes, int lead, int at, int to) {
    if (lead > 0xF4
        || at + 4 > to
        || !continues(bytes[at + 1])
        || !continues(bytes[at + 2])
        || !continues(bytes[at + 3])) {
      return 0;
    }
    int second = bytes[at + 1] & 0xFF;
    return lead == 0xF0 && second < 0x90 || lead == 0xF4 && second > 0x8F ? 0 : 4;
  }

  private static boolean continues(byte b) {
    return b < (byte) 0xC0;
  }
}
