package dev.fairlead.tools.train;

import java.util.Random;

/**
 * One network on its way from random weights to fitted ones: mini-batches of squared error, Adam,
 * weight decay.
 */
final class NetworkFit {

  private static final int BATCH = 64;

  private final Rows rows;
  private final int units;
  private final Random random;
  private final AdamArray[] hidden;
  private final AdamArray hiddenBias;
  private final AdamArray output;
  private final AdamArray bias;
  private final float[] activation;

  NetworkFit(Rows rows, int units, Random random) {
    this.rows = rows;
    this.units = units;
    this.random = random;
    this.hidden = new AdamArray[units];
    for (int unit = 0; unit < units; unit++) {
      hidden[unit] = AdamArray.random(rows.width(), 2 / Math.sqrt(rows.width()), random);
    }
    this.hiddenBias = AdamArray.zero(units);
    this.output = AdamArray.random(units, 1 / Math.sqrt(units), random);
    this.bias = AdamArray.zero(1);
    bias.values[0] = (float) rows.meanTarget();
    this.activation = new float[units];
  }

  NetworkModel run(int epochs, double rate, double decay) {
    int[] order = new int[rows.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    int step = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
      shuffle(order);
      for (int from = 0; from < order.length; from += BATCH) {
        int to = Math.min(order.length, from + BATCH);
        for (int i = from; i < to; i++) {
          backward(order[i], to - from);
        }
        step++;
        apply(step, rate, decay);
      }
    }
    float[][] weights = new float[units][];
    for (int unit = 0; unit < units; unit++) {
      weights[unit] = hidden[unit].values;
    }
    return new NetworkModel(weights, hiddenBias.values, output.values, bias.values[0]);
  }

  private void backward(int row, int batch) {
    float[] input = rows.inputs()[row];
    float predicted = bias.values[0];
    for (int unit = 0; unit < units; unit++) {
      activation[unit] =
          Math.max(0, NetworkModel.dot(hidden[unit].values, input) + hiddenBias.values[unit]);
      predicted += output.values[unit] * activation[unit];
    }
    float error = (float) ((predicted - rows.targets()[row]) * rows.weights()[row] / batch);
    bias.gradient[0] += error;
    for (int unit = 0; unit < units; unit++) {
      output.gradient[unit] += error * activation[unit];
      if (activation[unit] > 0) {
        float through = error * output.values[unit];
        hiddenBias.gradient[unit] += through;
        float[] gradient = hidden[unit].gradient;
        for (int i = 0; i < input.length; i++) {
          gradient[i] += through * input[i];
        }
      }
    }
  }

  private void apply(int step, double rate, double decay) {
    for (AdamArray unit : hidden) {
      unit.apply(step, rate, decay);
    }
    hiddenBias.apply(step, rate, 0);
    output.apply(step, rate, decay);
    bias.apply(step, rate, 0);
  }

  private void shuffle(int[] order) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
  }
}
