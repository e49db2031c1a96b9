package dev.fairlead.onnx.learning;

import java.util.List;

/**
 * Where prompts are near to one another: the embedding, and beside it the lexical features by how
 * far they are from the mean of the labelled traffic.
 */
@SuppressWarnings("ArrayRecordComponent") // Never changed.
record PromptSpace(float[] mean, float[] factor) {

  private static final float CLIP = 3;
  private static final float SHRINK = 0.15f;

  /** A feature that hardly varies in the labels says nothing and is not blown up. */
  private static final double LEAST_DEVIATION = 0.05;

  static PromptSpace of(List<LabelledPrompt> labels) {
    int width = labels.getFirst().features().length;
    float[] mean = new float[width];
    float[] factor = new float[width];
    for (int i = 0; i < width; i++) {
      int column = i;
      double average =
          labels.stream().mapToDouble(label -> label.features()[column]).average().orElse(0);
      double variance =
          labels.stream()
              .mapToDouble(label -> Math.pow(label.features()[column] - average, 2))
              .average()
              .orElse(0);
      mean[i] = (float) average;
      factor[i] = (float) (1 / (Math.sqrt(variance) + LEAST_DEVIATION));
    }
    return new PromptSpace(mean, factor);
  }

  float[] point(float[] embedding, float[] features) {
    float[] point = new float[embedding.length + features.length];
    System.arraycopy(embedding, 0, point, 0, embedding.length);
    for (int i = 0; i < features.length; i++) {
      float standard = (features[i] - mean[i]) * factor[i];
      point[embedding.length + i] = Math.clamp(standard, -CLIP, CLIP) * SHRINK;
    }
    return point;
  }
}
