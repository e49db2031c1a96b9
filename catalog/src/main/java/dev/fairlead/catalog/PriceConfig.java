package dev.fairlead.catalog;

import dev.fairlead.common.config.Expect;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A price as people write it: USD per million tokens.
 *
 * @param input input tokens
 * @param output output tokens; null means 0, as for embeddings
 * @param cachedInput input tokens read from the vendor's prompt cache; null means the input price
 * @param cacheWrite input tokens written to the vendor's prompt cache; null means the input price
 */
public record PriceConfig(
    @Nullable BigDecimal input,
    @Nullable BigDecimal output,
    @Nullable BigDecimal cachedInput,
    @Nullable BigDecimal cacheWrite) {

  /**
   * No vendor asks a million dollars for a million tokens; a larger number is a price per token
   * gone wrong.
   */
  private static final BigDecimal MOST = BigDecimal.valueOf(1_000_000);

  /** Rejects a missing input price and prices outside of 0 to a million. */
  public PriceConfig {
    Expect.that(input != null, "price.input", "missing", "USD per million input tokens");
    check("price.input", input);
    check("price.output", output);
    check("price.cached_input", cachedInput);
    check("price.cache_write", cacheWrite);
  }

  /** The same price for input and output, from USD per thousand tokens. */
  public static PriceConfig perThousand(BigDecimal usd) {
    BigDecimal perMillion = usd.movePointRight(3);
    return new PriceConfig(perMillion, perMillion, null, null);
  }

  /** In nano-dollars. */
  public Price toPrice() {
    long inputNano = nano(input, 0);
    return new Price(
        inputNano, nano(output, 0), nano(cachedInput, inputNano), nano(cacheWrite, inputNano));
  }

  private static long nano(@Nullable BigDecimal usd, long otherwise) {
    return usd == null ? otherwise : Price.nanoUsdPerMillion(usd);
  }

  private static void check(String key, @Nullable BigDecimal usd) {
    Expect.that(
        usd == null || (usd.signum() >= 0 && usd.compareTo(MOST) <= 0),
        key,
        String.valueOf(usd),
        "0..1000000, USD per million tokens");
  }
}
