package dev.fairlead.gateway.routing;

import java.math.BigDecimal;

/**
 * Nano-dollars as text for people: plain decimal USD without exponent and without trailing zeros.
 */
public final class Usd {

  private Usd() {}

  /** For example 1500000 gives {@code 0.0015}; 0 gives {@code 0}. */
  public static String plain(long nanoUsd) {
    return decimal(nanoUsd).toPlainString();
  }

  /** The same as a number. */
  public static BigDecimal decimal(long nanoUsd) {
    BigDecimal value = BigDecimal.valueOf(nanoUsd, 9).stripTrailingZeros();
    return value.scale() < 0 ? value.setScale(0) : value;
  }
}
