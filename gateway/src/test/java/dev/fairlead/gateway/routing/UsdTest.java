package dev.fairlead.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class UsdTest {

  @Test
  void text_hasNoExponentAndNoTrailingZeros() {
    assertThat(Usd.plain(0)).isEqualTo("0");
    assertThat(Usd.plain(1_500_000)).isEqualTo("0.0015");
    assertThat(Usd.plain(17_600)).isEqualTo("0.0000176");
    assertThat(Usd.plain(3_000_000_000L)).isEqualTo("3");
    assertThat(Usd.plain(-1)).isEqualTo("-0.000000001");
  }

  @Test
  void text_isTheDecimalNumber_forAnyAmount() {
    Random random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      long nano = random.nextLong() >> random.nextInt(64);
      assertThat(Usd.plain(nano)).isEqualTo(Usd.decimal(nano).toPlainString());
    }
    for (long nano : new long[] {Long.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE + 1}) {
      assertThat(Usd.plain(nano)).isEqualTo(Usd.decimal(nano).toPlainString());
    }
  }
}
