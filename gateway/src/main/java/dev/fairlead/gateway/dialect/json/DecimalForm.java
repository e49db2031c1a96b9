package dev.fairlead.gateway.dialect.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * A JSON number as significant digits and a power of ten, so that {@code 1.0}, {@code 1} and {@code
 * 1e0} are the same.
 *
 * @param negative whether it is below zero; false for every zero
 * @param digits significant digits without zeros at either end; empty for zero
 * @param exponent power of ten of the last digit, clamped to a hundred million either way; 0 for
 *     zero
 */
record DecimalForm(boolean negative, String digits, int exponent) {

  /**
   * Integers up to this many characters need no range check and are their own canonical form (but
   * for -0).
   */
  static final int SAFE_INTEGER_LENGTH = 18;

  private static final DecimalForm ZERO = new DecimalForm(false, "", 0);
  private static final int LARGEST_POWER = 308;
  private static final int SMALLEST_POWER = -324;
  private static final int CLAMP = 100_000_000;

  /** Whether it is written as {@link #canonical} has it: integers of ordinary length but for -0. */
  static boolean isCanonical(byte[] body, int start, int end) {
    if (end - start > SAFE_INTEGER_LENGTH || body[start] == '-' && body[start + 1] == '0') {
      return false;
    }
    for (int i = start + 1; i < end; i++) {
      if (body[i] < '0' || body[i] > '9') {
        return false;
      }
    }
    return true;
  }

  /** The number between two offsets, whose grammar has been checked. */
  static DecimalForm of(byte[] body, int start, int end) {
    boolean negative = body[start] == '-';
    StringBuilder digits = new StringBuilder(end - start);
    int power = 0;
    boolean fraction = false;
    int at = negative ? start + 1 : start;
    for (; at < end && (body[at] | 0x20) != 'e'; at++) {
      if (body[at] == '.') {
        fraction = true;
      } else {
        digits.append((char) body[at]);
        power -= fraction ? 1 : 0;
      }
    }
    if (at < end) {
      power += exponent(body, at + 1, end);
    }
    return trimmed(negative, digits, power);
  }

  private static int exponent(byte[] body, int start, int end) {
    boolean negative = body[start] == '-';
    int at = negative || body[start] == '+' ? start + 1 : start;
    int value = 0;
    for (; at < end; at++) {
      value = Math.min(CLAMP, value * 10 + body[at] - '0');
    }
    return negative ? -value : value;
  }

  private static DecimalForm trimmed(boolean negative, StringBuilder digits, int power) {
    int from = 0;
    int to = digits.length();
    while (from < to && digits.charAt(from) == '0') {
      from++;
    }
    while (to > from && digits.charAt(to - 1) == '0') {
      to--;
    }
    return from == to
        ? ZERO
        : new DecimalForm(negative, digits.substring(from, to), power + digits.length() - to);
  }

  /** Whether a double can hold its magnitude without becoming infinite or zero. */
  boolean inRange() {
    int power = exponent + digits.length() - 1;
    return digits.isEmpty() || power >= SMALLEST_POWER && power <= LARGEST_POWER;
  }

  /**
   * Plain digits for integers that {@link #SAFE_INTEGER_LENGTH} covers, digits and exponent for all
   * others.
   */
  byte[] canonical() {
    if (digits.isEmpty()) {
      return new byte[] {'0'};
    }
    String sign = negative ? "-" : "";
    boolean plain =
        exponent >= 0 && sign.length() + digits.length() + exponent <= SAFE_INTEGER_LENGTH;
    String text = plain ? sign + digits + "0".repeat(exponent) : sign + digits + "e" + exponent;
    return text.getBytes(ISO_8859_1);
  }
}
