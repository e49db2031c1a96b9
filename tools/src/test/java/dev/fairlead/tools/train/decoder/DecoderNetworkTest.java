package dev.fairlead.tools.train.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DecoderNetworkTest {

  private static final DecoderShape SHAPE = new DecoderShape(259, 8, 2, 2, 8);
  private static final int[] IDS = {5, 200, 17, 5, 90, 258};
  private static final int[] TARGETS = {200, 17, -1, 90, 258, 3};

  private final Layout layout = new Layout(SHAPE);

  /** Values larger than a training starts with, so that no slope is near 0. */
  private float[] values() {
    Random random = new Random(3);
    float[] values = layout.initial(random);
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (0.2 * random.nextGaussian());
    }
    return values;
  }

  private double loss(float[] values) {
    DecoderNetwork network = new DecoderNetwork(layout);
    network.forward(values, IDS, IDS.length);
    return network.loss(TARGETS, IDS.length, 1);
  }

  @Test
  void gradient_isTheSlopeOfTheLoss() {
    float[] values = values();
    float[] gradient = new float[layout.size];
    DecoderNetwork network = new DecoderNetwork(layout);
    network.forward(values, IDS, IDS.length);
    network.loss(TARGETS, IDS.length, 1);
    network.backward(values, IDS, IDS.length, gradient);

    Random random = new Random(4);
    double[] direction = new double[layout.size];
    for (int round = 0; round < 20; round++) {
      double expected = 0;
      for (int i = 0; i < layout.size; i++) {
        direction[i] = random.nextGaussian();
        expected += direction[i] * gradient[i];
      }
      double step = 2e-4;
      double measured =
          (along(values, direction, step) - along(values, direction, -step)) / 2 / step;
      assertThat(measured).isCloseTo(expected, within(0.01 * Math.abs(expected) + 0.05));
    }
  }

  private double along(float[] values, double[] direction, double step) {
    float[] moved = values.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += (float) (step * direction[i]);
    }
    return loss(moved);
  }

  @Test
  void token_dependsOnEarlierOnesOnly() {
    float[] values = values();
    int vocabulary = SHAPE.vocabulary();
    float[] whole = new DecoderNetwork(layout).forward(values, IDS, IDS.length).clone();
    float[] part = new DecoderNetwork(layout).forward(values, IDS, 3);
    for (int i = 0; i < 3 * vocabulary; i++) {
      assertThat(part[i]).isCloseTo(whole[i], within(1e-4f));
    }
  }

  @Test
  void targetThatDoesNotCount_hasNoGradient() {
    float[] values = values();
    float[] gradient = new float[layout.size];
    DecoderNetwork network = new DecoderNetwork(layout);
    network.forward(values, IDS, IDS.length);
    assertThat(network.loss(new int[] {-1, -1, -1, -1, -1, -1}, IDS.length, 1)).isZero();
    network.backward(values, IDS, IDS.length, gradient);
    assertThat(gradient).containsOnly(0);
  }
}
