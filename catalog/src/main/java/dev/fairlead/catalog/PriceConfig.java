package dev.fairlead.catalog;

import dev.fairlead.common.config.Expect;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A price as people write it: USD per million tokens.
 *
 * @param input input tokens
 * @param output output tokens; null means 0, as for embeddings
 * @param cachedInput input tokens read from the vendor's prompt cache; null means the input price
 * @param cacheWrite input tokens written to the vendor's prompt cache; null means the input price
 * @param longContext rates of requests with long prompts; null means none
 */
public record PriceConfig(
    @Nullable BigDecimal input,
    @Nullable BigDecimal output,
    @Nullable BigDecimal cachedInput,
    @Nullable BigDecimal cacheWrite,
    @Nullable List<LongContextConfig> longContext) {

  /**
   * The rates of requests whose prompt has more tokens than {@code above}. What is null is as in
   * the price before; the cache's prices follow the input price of the step where the base has
   * none.
   */
  public record LongContextConfig(
      long above,
      @Nullable BigDecimal input,
      @Nullable BigDecimal output,
      @Nullable BigDecimal cachedInput,
      @Nullable BigDecimal cacheWrite) {

    /** Rejects a border below 1 and prices outside of 0 to a million. */
    public LongContextConfig {
      Expect.range("price.long_context.above", above, 1, 1_000_000_000);
      check("price.long_context.input", input);
      check("price.long_context.output", output);
      check("price.long_context.cached_input", cachedInput);
      check("price.long_context.cache_write", cacheWrite);
    }
  }

  /**
   * No vendor asks a million dollars for a million tokens; a larger number is a price per token
   * gone wrong.
   */
  private static final BigDecimal MOST = BigDecimal.valueOf(1_000_000);

  /** More digits behind the point than any price has; numbers beyond only cost memory. */
  private static final int MOST_SCALE = 40;

  /** Rejects a missing input price and prices outside of 0 to a million. */
  public PriceConfig {
    Expect.that(input != null, "price.input", "missing", "USD per million input tokens");
    check("price.input", input);
    check("price.output", output);
    check("price.cached_input", cachedInput);
    check("price.cache_write", cacheWrite);
    longContext = longContext == null ? null : List.copyOf(longContext);
    long before = 0;
    for (LongContextConfig step :
        longContext == null ? List.<LongContextConfig>of() : longContext) {
      Expect.that(
          step.above() > before,
          "price.long_context.above",
          step.above(),
          "more than the one before, " + before);
      before = step.above();
    }
  }

  /** A price that does not depend on the prompt's length. */
  public PriceConfig(
      @Nullable BigDecimal input,
      @Nullable BigDecimal output,
      @Nullable BigDecimal cachedInput,
      @Nullable BigDecimal cacheWrite) {
    this(input, output, cachedInput, cacheWrite, null);
  }

  /** The same price for input and output, from USD per thousand tokens. */
  public static PriceConfig perThousand(BigDecimal usd) {
    BigDecimal perMillion = usd.movePointRight(3);
    return new PriceConfig(perMillion, perMillion, null, null);
  }

  /** In nano-dollars. */
  public Price toPrice() {
    Price base =
        rates(
            input,
            output,
            cachedInput == null ? input : cachedInput,
            cacheWrite == null ? input : cacheWrite,
            Price.of(0, 0),
            List.of());
    List<Price.LongContext> steps = new ArrayList<>();
    Price before = base;
    for (LongContextConfig step :
        longContext == null ? List.<LongContextConfig>of() : longContext) {
      before =
          rates(
              step.input(),
              step.output(),
              step.cachedInput() == null && cachedInput == null ? step.input() : step.cachedInput(),
              step.cacheWrite() == null && cacheWrite == null ? step.input() : step.cacheWrite(),
              before,
              List.of());
      steps.add(new Price.LongContext(step.above(), before));
    }
    return new Price(
        base.inputNanoUsdPerMillion(),
        base.outputNanoUsdPerMillion(),
        base.cachedInputNanoUsdPerMillion(),
        base.cacheWriteNanoUsdPerMillion(),
        steps);
  }

  private static Price rates(
      @Nullable BigDecimal input,
      @Nullable BigDecimal output,
      @Nullable BigDecimal cachedInput,
      @Nullable BigDecimal cacheWrite,
      Price otherwise,
      List<Price.LongContext> steps) {
    return new Price(
        nano(input, otherwise.inputNanoUsdPerMillion()),
        nano(output, otherwise.outputNanoUsdPerMillion()),
        nano(cachedInput, otherwise.cachedInputNanoUsdPerMillion()),
        nano(cacheWrite, otherwise.cacheWriteNanoUsdPerMillion()),
        steps);
  }

  private static long nano(@Nullable BigDecimal usd, long otherwise) {
    return usd == null ? otherwise : Price.nanoUsdPerMillion(usd);
  }

  private static void check(String key, @Nullable BigDecimal usd) {
    Expect.that(
        usd == null
            || (usd.signum() >= 0
                && usd.compareTo(MOST) <= 0
                && Math.abs(usd.scale()) <= MOST_SCALE),
        key,
        String.valueOf(usd),
        "0..1000000, USD per million tokens");
  }
}
