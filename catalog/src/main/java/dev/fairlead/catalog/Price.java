package dev.fairlead.catalog;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * What a million tokens cost, in nano-dollars (1 USD = 10^9). Each is 0 or more.
 *
 * @param inputNanoUsdPerMillion input tokens that touch no vendor cache
 * @param outputNanoUsdPerMillion output tokens
 * @param cachedInputNanoUsdPerMillion input tokens read from the vendor's prompt cache
 * @param cacheWriteNanoUsdPerMillion input tokens written to the vendor's prompt cache
 */
public record Price(
    long inputNanoUsdPerMillion,
    long outputNanoUsdPerMillion,
    long cachedInputNanoUsdPerMillion,
    long cacheWriteNanoUsdPerMillion) {

  private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

  /** Below both, 1,099 USD per million tokens and 4 million tokens, no sum exceeds a long. */
  private static final long LARGEST_PLAIN_PRICE = 1L << 40;

  private static final long LARGEST_PLAIN_TOKENS = 1L << 22;

  /** Rejects negative prices. */
  public Price {
    if (Math.min(
            Math.min(inputNanoUsdPerMillion, outputNanoUsdPerMillion),
            Math.min(cachedInputNanoUsdPerMillion, cacheWriteNanoUsdPerMillion))
        < 0) {
      throw new IllegalArgumentException("price below 0");
    }
  }

  /** A price where the vendor's cache makes no difference. */
  public static Price of(long inputNanoUsdPerMillion, long outputNanoUsdPerMillion) {
    return new Price(
        inputNanoUsdPerMillion,
        outputNanoUsdPerMillion,
        inputNanoUsdPerMillion,
        inputNanoUsdPerMillion);
  }

  /** USD per million tokens as nano-dollars, rounded half up. */
  public static long nanoUsdPerMillion(BigDecimal usdPerMillion) {
    return usdPerMillion.movePointRight(9).setScale(0, RoundingMode.HALF_UP).longValueExact();
  }

  /**
   * Cost of a request in nano-dollars: prices times tokens summed exactly, then rounded half up
   * once.
   */
  public long costNanoUsd(TokenUsage usage) {
    long plainInput = usage.promptTokens() - usage.cachedPromptTokens() - usage.cacheWriteTokens();
    long dearest =
        Math.max(
            Math.max(inputNanoUsdPerMillion, outputNanoUsdPerMillion),
            Math.max(cachedInputNanoUsdPerMillion, cacheWriteNanoUsdPerMillion));
    if (dearest < LARGEST_PLAIN_PRICE && usage.totalTokens() < LARGEST_PLAIN_TOKENS) {
      long sum =
          inputNanoUsdPerMillion * plainInput
              + cachedInputNanoUsdPerMillion * usage.cachedPromptTokens()
              + cacheWriteNanoUsdPerMillion * usage.cacheWriteTokens()
              + outputNanoUsdPerMillion * usage.completionTokens();
      return (sum + 500_000) / 1_000_000;
    }
    BigInteger sum =
        times(inputNanoUsdPerMillion, plainInput)
            .add(times(cachedInputNanoUsdPerMillion, usage.cachedPromptTokens()))
            .add(times(cacheWriteNanoUsdPerMillion, usage.cacheWriteTokens()))
            .add(times(outputNanoUsdPerMillion, usage.completionTokens()));
    return sum.add(BigInteger.valueOf(500_000)).divide(MILLION).longValueExact();
  }

  private static BigInteger times(long price, long tokens) {
    return BigInteger.valueOf(price).multiply(BigInteger.valueOf(tokens));
  }
}
