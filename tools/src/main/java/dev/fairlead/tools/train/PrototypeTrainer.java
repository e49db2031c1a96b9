package dev.fairlead.tools.train;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Clusters the rows by k-means and keeps each cluster's mean outcome.
 *
 * @param count clusters; no more than there are rows
 * @param temperature of the softmax over half the squared distances, above 0
 * @param embeddingWidth columns that are the embedding; those after it are lexical features
 * @param featureShare what the lexical columns are multiplied by in distances, 0 to 1
 */
record PrototypeTrainer(int count, double temperature, int embeddingWidth, double featureShare)
    implements HeadTrainer {

  private static final int ROUNDS = 6;

  /** Rows of the mean outcome that every cluster is taken to have beside its own. */
  private static final double PRIOR = 2;

  private static final double LEAST_SIZE = 0.1;

  @Override
  public String name() {
    return "prototypes(count=%d, temperature=%s, feature share=%s)"
        .formatted(count, temperature, featureShare);
  }

  @Override
  public PrototypeModel fit(Rows rows, long seed) {
    float[][] points = Arrays.stream(rows.inputs()).map(this::point).toArray(float[][]::new);
    float[][] centres = start(points, seed);
    int[] nearest = new int[points.length];
    for (int round = 0; round < ROUNDS; round++) {
      assign(points, centres, nearest);
      move(points, rows.weights(), nearest, centres);
    }
    return model(rows, centres, nearest);
  }

  private float[] point(float[] input) {
    float[] point = input.clone();
    for (int i = embeddingWidth; i < point.length; i++) {
      point[i] *= (float) featureShare;
    }
    return point;
  }

  private float[][] start(float[][] points, long seed) {
    int[] order = IntStream.range(0, points.length).toArray();
    Random random = new Random(seed);
    int size = Math.min(count, points.length);
    float[][] centres = new float[size][];
    for (int i = 0; i < size; i++) {
      int j = i + random.nextInt(order.length - i);
      int chosen = order[j];
      order[j] = order[i];
      centres[i] = points[chosen].clone();
    }
    return centres;
  }

  private static void assign(float[][] points, float[][] centres, int[] nearest) {
    float[] half = new float[centres.length];
    for (int c = 0; c < half.length; c++) {
      half[c] = NetworkModel.dot(centres[c], centres[c]) / 2;
    }
    IntStream.range(0, points.length)
        .parallel()
        .forEach(i -> {
          int best = 0;
          float most = Float.NEGATIVE_INFINITY;
          for (int c = 0; c < centres.length; c++) {
            float near = NetworkModel.dot(points[i], centres[c]) - half[c];
            if (near > most) {
              most = near;
              best = c;
            }
          }
          nearest[i] = best;
        });
  }

  private static void move(float[][] points, double[] weights, int[] nearest, float[][] centres) {
    int width = points[0].length;
    double[][] sums = new double[centres.length][width];
    double[] sizes = new double[centres.length];
    for (int i = 0; i < points.length; i++) {
      int c = nearest[i];
      sizes[c] += weights[i];
      for (int j = 0; j < width && weights[i] > 0; j++) {
        sums[c][j] += weights[i] * points[i][j];
      }
    }
    for (int c = 0; c < centres.length; c++) {
      for (int j = 0; j < width && sizes[c] > 0; j++) {
        centres[c][j] = (float) (sums[c][j] / sizes[c]);
      }
    }
  }

  private PrototypeModel model(Rows rows, float[][] centres, int[] nearest) {
    double[] sizes = new double[centres.length];
    double[] outcomes = new double[centres.length];
    for (int i = 0; i < nearest.length; i++) {
      sizes[nearest[i]] += rows.weights()[i];
      outcomes[nearest[i]] += rows.weights()[i] * rows.targets()[i];
    }
    double mean = rows.meanTarget();
    byte[][] prototypes = new byte[centres.length][];
    float[] scales = new float[centres.length];
    float[] offsets = new float[centres.length];
    float[] values = new float[centres.length];
    for (int c = 0; c < centres.length; c++) {
      float[] factors = point(centres[c]);
      for (int j = 0; j < factors.length; j++) {
        factors[j] /= (float) temperature;
      }
      scales[c] = scale(factors);
      prototypes[c] = quantise(factors, scales[c]);
      double half = NetworkModel.dot(centres[c], centres[c]) / 2;
      offsets[c] = (float) (0.5 * Math.log(sizes[c] + LEAST_SIZE) - half / temperature);
      values[c] = (float) ((outcomes[c] + PRIOR * mean) / (sizes[c] + PRIOR));
    }
    return new PrototypeModel(prototypes, scales, offsets, values);
  }

  private static float scale(float[] factors) {
    float most = 1e-6f;
    for (float factor : factors) {
      most = Math.max(most, Math.abs(factor));
    }
    return most / Byte.MAX_VALUE;
  }

  private static byte[] quantise(float[] factors, float scale) {
    byte[] quantised = new byte[factors.length];
    for (int i = 0; i < factors.length; i++) {
      quantised[i] = (byte) Math.round(factors[i] / scale);
    }
    return quantised;
  }
}
