package dev.fairlead.gateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RecentStepsTest {

  private static final long FIRST = 1_000;

  private final RecentSteps steps = new RecentSteps();

  @Test
  void everyRequest_isCounted_inItsStep() {
    steps.answered(millis(FIRST), true, 0, 70);
    steps.answered(millis(FIRST), false, 30, 40);
    steps.failed(millis(FIRST) + 4_999, false);
    steps.failed(millis(FIRST + 1), true);

    RecentSteps.Step step = steps.at(FIRST);
    assertThat(step.requests()).isEqualTo(3);
    assertThat(step.hits()).isEqualTo(1);
    assertThat(step.errors()).isEqualTo(1);
    assertThat(step.costNanoUsd()).isEqualTo(30);
    assertThat(step.savedNanoUsd()).isEqualTo(110);
    assertThat(steps.at(FIRST + 1).requests()).isEqualTo(1);
    assertThat(steps.at(FIRST + 1).errors()).as("a caller that left").isZero();
  }

  @Test
  void oldStep_isForgotten_whenItsPlaceIsTaken() {
    LongStream.range(FIRST, FIRST + 200).forEach(number -> steps.failed(millis(number), false));

    assertThat(steps.at(FIRST).requests()).isZero();
    assertThat(
            LongStream.range(FIRST + 200 - RecentSteps.STEPS, FIRST + 200)
                .map(number -> steps.at(number).requests()))
        .hasSize(RecentSteps.STEPS)
        .containsOnly(1L);
  }

  @Test
  void nothing_isLost_whenManyCountAtOnce() {
    IntStream.range(0, 40_000)
        .parallel()
        .forEach(i -> steps.answered(millis(FIRST + i / 10_000), false, 1, 0));

    assertThat(LongStream.range(FIRST, FIRST + 4).map(number -> steps.at(number).requests()))
        .containsOnly(10_000L);
  }

  private static long millis(long step) {
    return step * RecentSteps.STEP_MILLIS;
  }
}
