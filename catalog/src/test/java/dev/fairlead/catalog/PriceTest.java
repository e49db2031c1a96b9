package dev.fairlead.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceTest {

  /** gpt-4o-mini in USD per million: 0.15 in, 0.60 out, 0.075 cached. */
  private static final Price MINI = new Price(150_000_000, 600_000_000, 75_000_000, 150_000_000);

  @ParameterizedTest
  @CsvSource({
    "0.15,150000000",
    "0,0",
    "0.0000000004,0",
    "0.0000000005,1",
    "0.0000000015,2",
    "75,75000000000",
    "1e-9,1",
    "9223372036.854775807,9223372036854775807"
  })
  void usdPerMillion_isExact_andRoundsHalfUpBelowANanoDollar(BigDecimal usd, long nano) {
    assertThat(Price.nanoUsdPerMillion(usd)).isEqualTo(nano);
  }

  @Test
  void usdPerMillion_isRefused_whenItDoesNotFit() {
    assertThatThrownBy(() -> Price.nanoUsdPerMillion(new BigDecimal("9223372036.854775808")))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void cost_sumsThePartsBeforeItRounds() {
    Price price = new Price(300_000, 300_000, 300_000, 300_000);

    assertThat(price.costNanoUsd(TokenUsage.of(1, 0))).as("0.3 nano-dollars").isZero();
    assertThat(price.costNanoUsd(TokenUsage.of(1, 1))).as("0.6").isEqualTo(1);
    assertThat(price.costNanoUsd(new TokenUsage(3, 1, 1, 2, 0, false))).as("1.5").isEqualTo(2);
  }

  @Test
  void cost_chargesCachedAndWrittenTokensOnce() {
    TokenUsage usage = new TokenUsage(1_000, 400, 100, 50, 20, false);

    assertThat(MINI.costNanoUsd(usage)).isEqualTo(500 * 150L + 400 * 75L + 100 * 150L + 50 * 600L);
    assertThat(Price.of(10_000_000, 20_000_000).costNanoUsd(usage))
        .isEqualTo(1_000 * 10L + 50 * 20L);
  }

  @Test
  void cost_isExact_forNumbersBeyondDoubles() {
    Price price = Price.of(123_456_789_012_345L, 987_654_321_098_765L);
    TokenUsage usage = TokenUsage.of(33_333_333L, 7L);

    long expected =
        new BigDecimal("123456789012345")
            .multiply(new BigDecimal("33333333"))
            .add(new BigDecimal("987654321098765").multiply(new BigDecimal(7)))
            .movePointLeft(6)
            .setScale(0, RoundingMode.HALF_UP)
            .longValueExact();

    assertThat(price.costNanoUsd(usage)).isEqualTo(expected);
  }

  @Test
  void cost_equalsTheDecimalSum_forRandomRequests() {
    Random random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      long prompt = random.nextLong(0, 2_000_000);
      long cached = random.nextLong(0, prompt + 1);
      long written = random.nextLong(0, prompt - cached + 1);
      long completion = random.nextLong(0, 200_000);
      Price price =
          new Price(
              random.nextLong(0, 200_000_000_000L),
              random.nextLong(0, 200_000_000_000L),
              random.nextLong(0, 200_000_000_000L),
              random.nextLong(0, 200_000_000_000L));

      BigDecimal sum =
          product(price.inputNanoUsdPerMillion(), prompt - cached - written)
              .add(product(price.cachedInputNanoUsdPerMillion(), cached))
              .add(product(price.cacheWriteNanoUsdPerMillion(), written))
              .add(product(price.outputNanoUsdPerMillion(), completion));

      assertThat(price.costNanoUsd(new TokenUsage(prompt, cached, written, completion, 0, false)))
          .isEqualTo(sum.movePointLeft(6).setScale(0, RoundingMode.HALF_UP).longValueExact());
    }
  }

  @Test
  void cost_isRefused_whenItOverflows() {
    Price price = Price.of(Long.MAX_VALUE, 0);

    assertThatThrownBy(() -> price.costNanoUsd(TokenUsage.of(Long.MAX_VALUE, 0)))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void longPrompt_isBilledByItsRates_asAWhole() {
    Price price =
        new Price(
            1_000_000,
            2_000_000,
            100_000,
            1_250_000,
            List.of(
                new Price.LongContext(200_000, new Price(2_000_000, 3_000_000, 200_000, 2_500_000)),
                new Price.LongContext(500_000, Price.of(9_000_000, 9_000_000))));

    assertThat(price.costNanoUsd(TokenUsage.of(200_000, 10))).isEqualTo(200_000 + 20);
    assertThat(price.costNanoUsd(TokenUsage.of(200_001, 10))).isEqualTo(2 * 200_001 + 30);
    assertThat(price.costNanoUsd(new TokenUsage(200_010, 200_000, 5, 10, 0, false)))
        .as("cached tokens count towards the border")
        .isEqualTo(Math.round(2 * 5 + 0.2 * 200_000 + 2.5 * 5 + 30));
    assertThat(price.costNanoUsd(TokenUsage.of(500_001, 1))).isEqualTo(9 * 500_002);
  }

  private static PriceConfig.LongContextConfig step(
      long above, @Nullable String input, @Nullable String cached) {
    return new PriceConfig.LongContextConfig(
        above,
        input == null ? null : new BigDecimal(input),
        new BigDecimal(4),
        cached == null ? null : new BigDecimal(cached),
        null);
  }

  @Test
  void cachedTokens_areNeverFree_aboveABorder_whereOnlyInputHasAPrice() {
    PriceConfig written =
        new PriceConfig(
            BigDecimal.ONE,
            BigDecimal.TWO,
            null,
            null,
            List.of(step(200_000, null, null), step(400_000, "3", null), step(800_000, null, "5")));
    Price price = written.toPrice();

    assertThat(price.costNanoUsd(new TokenUsage(100_000, 100_000, 0, 0, 0, false)))
        .isEqualTo(100_000_000);
    assertThat(price.costNanoUsd(new TokenUsage(300_000, 300_000, 0, 0, 0, false)))
        .isEqualTo(300_000_000);
    assertThat(price.costNanoUsd(new TokenUsage(300_000, 0, 300_000, 0, 0, false)))
        .isEqualTo(300_000_000);
    assertThat(price.costNanoUsd(new TokenUsage(500_000, 500_000, 0, 0, 0, false)))
        .isEqualTo(1_500_000_000);
    assertThat(price.costNanoUsd(new TokenUsage(900_000, 900_000, 0, 0, 0, false)))
        .isEqualTo(4_500_000_000L);
    assertThat(price.costNanoUsd(new TokenUsage(900_000, 0, 900_000, 0, 0, false)))
        .isEqualTo(2_700_000_000L);
  }

  @Test
  void bothWaysOfSumming_agree_atTheirBorder() {
    long rate = (1L << 37) - 1;
    Price small = Price.of(rate, rate);
    for (long tokens : new long[] {(1L << 24) - 1, 1L << 24, (1L << 24) + 1}) {
      BigDecimal exact = product(rate, tokens).movePointLeft(6).setScale(0, RoundingMode.HALF_UP);
      assertThat(small.costNanoUsd(TokenUsage.of(tokens, 0))).isEqualTo(exact.longValueExact());
    }
  }

  @Test
  void longContextRates_areRefused_whenOutOfOrder() {
    Price.LongContext far = new Price.LongContext(10, Price.of(1, 1));

    assertThatThrownBy(() -> new Price(1, 1, 1, 1, List.of(far, far)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Price.LongContext(0, Price.of(1, 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({"-1,0,0,0", "0,-1,0,0", "0,0,-1,0", "0,0,0,-1"})
  void price_isRefused_whenAPartIsNegative(long input, long output, long cached, long written) {
    assertThatThrownBy(() -> new Price(input, output, cached, written))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static BigDecimal product(long price, long tokens) {
    return BigDecimal.valueOf(price).multiply(BigDecimal.valueOf(tokens));
  }
}
