package dev.fairlead.gateway.routing;

import java.math.BigDecimal;

/**
 * Nano-dollars as text for people: plain decimal USD without exponent and without trailing zeros.
 */
public final class Usd {

  private static final long DOLLAR = 1_000_000_000;

  private Usd() {}

  /** For example 1500000 gives {@code 0.0015}; 0 gives {@code 0}. */
  public static String plain(long nanoUsd) {
    if (nanoUsd == Long.MIN_VALUE) {
      return decimal(nanoUsd).toPlainString();
    }
    long size = Math.abs(nanoUsd);
    StringBuilder text = new StringBuilder(20).append(nanoUsd < 0 ? "-" : "").append(size / DOLLAR);
    long fraction = size % DOLLAR;
    if (fraction == 0) {
      return text.toString();
    }
    int point = text.length();
    text.append(DOLLAR + fraction).setCharAt(point, '.');
    int end = text.length();
    while (text.charAt(end - 1) == '0') {
      end--;
    }
    return text.substring(0, end);
  }

  /** The same as a number. */
  public static BigDecimal decimal(long nanoUsd) {
    BigDecimal value = BigDecimal.valueOf(nanoUsd, 9).stripTrailingZeros();
    return value.scale() < 0 ? value.setScale(0) : value;
  }
}
