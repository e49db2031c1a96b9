package dev.fairlead.catalog;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;

/**
 * What a million tokens cost, in nano-dollars (1 USD = 10^9). Each is 0 or more.
 *
 * @param inputNanoUsdPerMillion input tokens that touch no vendor cache
 * @param outputNanoUsdPerMillion output tokens, reasoning among them
 * @param cachedInputNanoUsdPerMillion input tokens read from the vendor's prompt cache
 * @param cacheWriteNanoUsdPerMillion input tokens written to the vendor's prompt cache
 * @param longContext what replaces all four for the whole of a request with a long prompt; in
 *     rising order, empty for most models
 */
public record Price(
    long inputNanoUsdPerMillion,
    long outputNanoUsdPerMillion,
    long cachedInputNanoUsdPerMillion,
    long cacheWriteNanoUsdPerMillion,
    List<LongContext> longContext) {

  /**
   * The rates of requests with long prompts. Vendors bill the whole request by them, output
   * included, and not only what lies beyond the border.
   *
   * @param abovePromptTokens largest prompt that is still billed by the rates before, cached tokens
   *     included
   * @param rates a price without long-context rates of its own
   */
  public record LongContext(long abovePromptTokens, Price rates) {

    /** Rejects a border below 1 and nested long-context rates. */
    public LongContext {
      if (abovePromptTokens < 1 || !rates.longContext().isEmpty()) {
        throw new IllegalArgumentException("long context above " + abovePromptTokens);
      }
    }
  }

  private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

  /** Below these, a cost is computed in long arithmetic: 4 x 2^24 x 2^37 fits. */
  private static final long SMALL_TOKENS = 1L << 24;

  private static final long SMALL_RATE = 1L << 37;

  /** Rejects negative prices and long-context rates that are not in rising order. */
  public Price {
    if (Math.min(
            Math.min(inputNanoUsdPerMillion, outputNanoUsdPerMillion),
            Math.min(cachedInputNanoUsdPerMillion, cacheWriteNanoUsdPerMillion))
        < 0) {
      throw new IllegalArgumentException("price below 0");
    }
    longContext = List.copyOf(longContext);
    long before = 0;
    for (LongContext step : longContext) {
      if (step.abovePromptTokens() <= before) {
        throw new IllegalArgumentException("long-context rates out of order");
      }
      before = step.abovePromptTokens();
    }
  }

  /** A price that does not depend on the prompt's length. */
  public Price(
      long inputNanoUsdPerMillion,
      long outputNanoUsdPerMillion,
      long cachedInputNanoUsdPerMillion,
      long cacheWriteNanoUsdPerMillion) {
    this(
        inputNanoUsdPerMillion,
        outputNanoUsdPerMillion,
        cachedInputNanoUsdPerMillion,
        cacheWriteNanoUsdPerMillion,
        List.of());
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
   * once. Reasoning tokens are output tokens.
   */
  public long costNanoUsd(TokenUsage usage) {
    for (int i = longContext.size() - 1; i >= 0; i--) {
      if (usage.promptTokens() > longContext.get(i).abovePromptTokens()) {
        return longContext.get(i).rates().flat(usage);
      }
    }
    return flat(usage);
  }

  private long flat(TokenUsage usage) {
    long plainInput = usage.promptTokens() - usage.cachedPromptTokens() - usage.cacheWriteTokens();
    if ((usage.promptTokens() | usage.completionTokens()) < SMALL_TOKENS
        && (inputNanoUsdPerMillion
                | outputNanoUsdPerMillion
                | cachedInputNanoUsdPerMillion
                | cacheWriteNanoUsdPerMillion)
            < SMALL_RATE) {
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
