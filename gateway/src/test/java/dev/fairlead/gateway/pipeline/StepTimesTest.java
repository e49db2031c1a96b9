package dev.fairlead.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.gateway.pipeline.StepTimes.Step;
import dev.fairlead.gateway.pipeline.StepTimes.Took;
import org.junit.jupiter.api.Test;

class StepTimesTest {

  private static final long ARRIVAL = -7_000_000_000L;

  private final StepTimes times = new StepTimes(ARRIVAL);

  @Test
  void steps_areToldInOrder_eachUntilTheNext() {
    times.begin(Step.CACHE, ARRIVAL + 100);
    times.begin(Step.SCORE, ARRIVAL + 350);
    times.begin(Step.CACHE, ARRIVAL + 2_000_000);
    times.begin(Step.ATTEMPT, ARRIVAL + 2_000_400);

    assertThat(times.ended(ARRIVAL + 5_000_000).told())
        .containsExactly(
            new Took(Step.ADMIT, 0, 100),
            new Took(Step.CACHE, 100, 250),
            new Took(Step.SCORE, 350, 1_999_650),
            new Took(Step.CACHE, 2_000_000, 400),
            new Took(Step.ATTEMPT, 2_000_400, 2_999_600));
  }

  @Test
  void step_goesOn_whenItBeginsAgain() {
    times.begin(Step.CACHE, ARRIVAL + 10);
    times.begin(Step.CACHE, ARRIVAL + 20);

    assertThat(times.ended(ARRIVAL + 30).told())
        .containsExactly(new Took(Step.ADMIT, 0, 10), new Took(Step.CACHE, 10, 20));
  }

  @Test
  void ending_isKept_whenWorkGoesOnAfterIt() {
    times.begin(Step.ROUTE, ARRIVAL + 5);
    StepTimes copy = times.ended(ARRIVAL + 9);
    times.begin(Step.STORE, ARRIVAL + 6);

    assertThat(copy.told()).containsExactly(new Took(Step.ADMIT, 0, 5), new Took(Step.ROUTE, 5, 4));
  }

  @Test
  void sumOfSteps_isTheWholeTime_howeverManyThereWere() {
    for (int i = 1; i < 100; i++) {
      times.begin(i % 2 == 0 ? Step.CACHE : Step.SCORE, ARRIVAL + i);
    }

    assertThat(times.ended(ARRIVAL + 50).told().stream().mapToLong(Took::nanos).sum())
        .isEqualTo(50);
    assertThat(times.ended(ARRIVAL + 50).told()).hasSizeLessThan(20);
  }
}
