package dev.fairlead.onnx.learning;

/**
 * A prompt, without its text, of which it is known what the quality tier gained.
 *
 * @param embedding {@code float[dimensions]}, finite, L2-normalised. Not copied: do not change it
 * @param features {@link dev.fairlead.onnx.features.PromptFeatures} of the prompt. Not copied
 * @param prior expected gain by the shipped head, 0 to 1
 * @param gain what a quality-tier model's answer was better by than a cheap one's, -1 to 1
 */
@SuppressWarnings("ArrayRecordComponent") // As in Embedding.
public record LabelledPrompt(float[] embedding, float[] features, double prior, double gain) {

  /** Validates. */
  public LabelledPrompt {
    if (!(prior >= 0 && prior <= 1)) {
      throw new IllegalArgumentException("prior: " + prior + " (expected: 0..1)");
    }
    if (!(gain >= -1 && gain <= 1)) {
      throw new IllegalArgumentException("gain: " + gain + " (expected: -1..1)");
    }
    expectFinite("embedding", embedding);
    expectFinite("features", features);
  }

  /** One number that is none makes all that is computed from labels none. */
  private static void expectFinite(String name, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            name + "[" + i + "]: " + values[i] + " (expected: a finite number)");
      }
    }
  }
}
