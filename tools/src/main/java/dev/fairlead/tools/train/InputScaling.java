package dev.fairlead.tools.train;

import java.util.Arrays;

/**
 * How embedding and lexical features become the head's inputs: features are standardised, clipped
 * to three deviations and shrunk, so that together they weigh about as much as the embedding, whose
 * length is 1.
 */
@SuppressWarnings("ArrayRecordComponent") // Never changed after the fit.
record InputScaling(float[] mean, float[] factor) {

  static final float CLIP = 3;
  static final float SHRINK = 0.25f;

  static InputScaling fit(float[][] features) {
    int width = features[0].length;
    float[] mean = new float[width];
    float[] factor = new float[width];
    for (int i = 0; i < width; i++) {
      int column = i;
      double average = Arrays.stream(features).mapToDouble(row -> row[column]).average().orElse(0);
      double variance =
          Arrays.stream(features)
              .mapToDouble(row -> Math.pow(row[column] - average, 2))
              .average()
              .orElse(0);
      mean[i] = (float) average;
      factor[i] = (float) (1 / (Math.sqrt(variance) + 1e-6));
    }
    return new InputScaling(mean, factor);
  }

  float[] apply(float[] embedding, float[] features) {
    float[] input = Arrays.copyOf(embedding, embedding.length + features.length);
    for (int i = 0; i < features.length; i++) {
      float standard = (features[i] - mean[i]) * factor[i];
      input[embedding.length + i] = Math.clamp(standard, -CLIP, CLIP) * SHRINK;
    }
    return input;
  }
}
