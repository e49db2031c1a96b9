package dev.fairlead.tools.loadgen;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoadPlanTest {

  @Test
  void arrivals_areEvenlySpaced() {
    LoadPlan plan = new LoadPlan(200, 1, Duration.ofSeconds(15));

    assertThat(plan.arrivals()).isEqualTo(3_000);
    assertThat(plan.arrivalNanos(0)).isZero();
    assertThat(plan.arrivalNanos(400)).isEqualTo(2_000_000_000L);
    assertThat(plan.arrivalNanos(2_999)).isEqualTo(14_995_000_000L);
    assertThat(plan.endNanos()).isEqualTo(15_000_000_000L);
    assertThat(plan.lasting(Duration.ofSeconds(2)).arrivals()).isEqualTo(400);
  }

  @Test
  void arrivals_areOnTime_whenTheRateIsNoWholeNumber() {
    LoadPlan plan = new LoadPlan(0.3, 1, Duration.ofMinutes(60));

    assertThat(plan.arrivals()).isEqualTo(1_080);
    assertThat(plan.arrivalNanos(3)).isEqualTo(10_000_000_000L);
  }

  @Test
  void order_isTheSame_whenTheSeedIs() {
    assertThat(order(7)).isEqualTo(order(7)).isNotEqualTo(order(8));
  }

  private static List<String> order(long seed) {
    Workload.Wish wish = new Workload.Wish("auto", null, false, 0);
    Workload workload = Workload.of(List.of("a", "b", "c"), wish, seed);
    return IntStream.range(0, 50).mapToObj(n -> new String(workload.next(), UTF_8)).toList();
  }
}
