package dev.fairlead.tools.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** On scores whose true probability is known. */
class ReliabilityTest {

  private static final int EXAMPLES = 8_000;

  private final Random random = new Random(3);
  private final double[] scores = new double[EXAMPLES];
  private final boolean[] outcomes = new boolean[EXAMPLES];
  private final double[] weights = new double[EXAMPLES];

  private Reliability measure(boolean informative) {
    Arrays.fill(weights, 1);
    for (int i = 0; i < EXAMPLES; i++) {
      scores[i] = 4 * random.nextDouble() - 2;
      double truth = informative ? 1 / (1 + Math.exp(-2 * scores[i] + 0.5)) : 0.3;
      outcomes[i] = random.nextDouble() < truth;
    }
    return Reliability.of(scores, outcomes, weights, 7);
  }

  @Test
  void promises_comeTrue_whenScoresAreOfThatForm() {
    Reliability found = measure(true);

    assertThat(found.bins()).hasSize(10);
    assertThat(found.bins())
        .allMatch(bin -> Math.abs(bin.promised() - bin.happened()) < 0.06)
        .allMatch(bin -> bin.examples() == EXAMPLES / 10);
    assertThat(found.error()).isLessThan(0.03);
    assertThat(found.brier()).isLessThan(found.brierOfBaseRate() - 0.08);
    assertThat(found.toMarkdown()).contains("| promised | happened |", "####");
  }

  @Test
  void scoresThatKnowNothing_arePromisedTheBaseRate() {
    Reliability found = measure(false);

    assertThat(found.brier()).isCloseTo(found.brierOfBaseRate(), within(0.002));
    assertThat(found.bins()).allMatch(bin -> Math.abs(bin.promised() - 0.3) < 0.05);
  }
}
