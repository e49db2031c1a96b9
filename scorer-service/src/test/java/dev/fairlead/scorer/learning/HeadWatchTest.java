package dev.fairlead.scorer.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.onnx.learning.LabelledPrompt;
import dev.fairlead.onnx.learning.TrafficLabel;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeadWatchTest {

  @Test
  void headAsGoodAsThePrior_isHardlyEverCalledWorse_howeverLongItIsWatched() {
    int worse = 0;
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      HeadWatch watch = new HeadWatch();
      boolean called = false;
      for (int i = 0; i < 500 && !called; i++) {
        called = watch.isWorseWith(label(random, random.nextInt(3) == 0), random.nextDouble());
      }
      worse += called ? 1 : 0;
    }

    assertThat(worse).isLessThanOrEqualTo(2);
  }

  @Test
  void headThatTurnedRound_isCalledWorse_atTheFirstLook() {
    Random random = new Random(5);
    HeadWatch watch = new HeadWatch();
    int labels = 0;
    boolean called = false;
    while (!called && labels < 200) {
      TrafficLabel label = label(random, null);
      called = watch.isWorseWith(label, -label.prompt().prior());
      labels++;
    }

    assertThat(labels).isEqualTo(HeadWatch.FIRST);
  }

  /** With a gain as the prior says, or as told. */
  private static TrafficLabel label(Random random, @Nullable Boolean gained) {
    double prior = random.nextDouble();
    boolean gain = gained == null ? random.nextDouble() < prior : gained;
    float[] embedding = {(float) random.nextGaussian(), (float) random.nextGaussian()};
    return new TrafficLabel(
        new LabelledPrompt(embedding, new float[] {0}, prior, gain ? 1 : 0), 1, "test");
  }
}
