package dev.fairlead.tools.train;

import dev.fairlead.onnx.encoder.SentenceEncoder;
import dev.fairlead.onnx.features.PromptFeatures;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Prompts as the head sees them.
 *
 * @param embeddings {@code float[prompts][dimensions]}
 * @param features {@code float[prompts][features]}
 */
@SuppressWarnings("ArrayRecordComponent") // Passed around inside this package only.
record EncodedPrompts(float[][] embeddings, float[][] features) {

  /** Encodes on all cores; the order and the numbers do not depend on how many there are. */
  static EncodedPrompts of(SentenceEncoder encoder, List<String> prompts, int maxTokens) {
    float[][] embeddings = new float[prompts.size()][];
    float[][] features = new float[prompts.size()][];
    IntStream.range(0, prompts.size())
        .parallel()
        .forEach(i -> {
          embeddings[i] = encoder.encode(prompts.get(i), maxTokens).values();
          features[i] = PromptFeatures.of(prompts.get(i));
        });
    return new EncodedPrompts(embeddings, features);
  }

  EncodedPrompts select(int[] chosen) {
    return new EncodedPrompts(
        IntStream.of(chosen).mapToObj(i -> embeddings[i]).toArray(float[][]::new),
        IntStream.of(chosen).mapToObj(i -> features[i]).toArray(float[][]::new));
  }

  int size() {
    return embeddings.length;
  }

  float[][] inputs(InputScaling scaling) {
    return IntStream.range(0, size())
        .mapToObj(i -> scaling.apply(embeddings[i], features[i]))
        .toArray(float[][]::new);
  }
}
