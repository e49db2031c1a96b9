package dev.fairlead.onnx.complexity;

import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.onnx.encoder.Embedding;
import dev.fairlead.onnx.encoder.SentenceEncoder;
import dev.fairlead.onnx.features.PromptFeatures;

/**
 * Complexity and embedding of a text by one forward pass. Thread-safe; a call computes on its own
 * thread for some milliseconds, never on an event loop.
 */
public final class PromptAnalyzer {

  private final SentenceEncoder encoder;
  private final ComplexityHead head;

  /**
   * Joins an encoder and a head.
   *
   * @throws ModelFileException when the head was trained for other embeddings
   */
  public PromptAnalyzer(SentenceEncoder encoder, ComplexityHead head) {
    if (head.manifest().embeddingDimensions() != encoder.dimensions()) {
      throw new ModelFileException(
          "complexity head: embeddings of "
              + head.manifest().embeddingDimensions()
              + " floats (expected: "
              + encoder.dimensions()
              + ")");
    }
    this.encoder = encoder;
    this.head = head;
  }

  /** Tokens of a text that are encoded at most, with the special ones. */
  public int maxTokens() {
    return head.manifest().maxTokens();
  }

  /**
   * Analyses a text; any text is allowed. An empty or blank one has complexity 0 and an embedding
   * without values.
   */
  public PromptAnalysis analyze(String text) {
    float[] features = PromptFeatures.of(text);
    if (text.isBlank()) {
      return new PromptAnalysis(0, 0, features, new Embedding(new float[0], 2, false));
    }
    Embedding embedding = encoder.encode(text, maxTokens());
    double gain = head.expectedGain(embedding.values(), features);
    if (!(gain >= 0 && gain <= 1)) {
      throw new IllegalStateException("the complexity head gave " + gain + " (expected: 0..1)");
    }
    return new PromptAnalysis(head.complexity(gain), gain, features, embedding);
  }
}
