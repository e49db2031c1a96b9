package dev.fairlead.onnx.decoder;

/**
 * How the next token is chosen.
 *
 * @param temperature 0 takes the most likely token
 * @param topP mass of the most likely tokens that are drawn from, 0 to 1; 0 leaves one token
 * @param topK how many of the most likely tokens are drawn from; 0 means all
 * @param seed of the draws
 * @param frequencyPenalty taken from a token's logit for each time it was generated
 * @param presencePenalty taken once when it was generated at all
 */
public record Sampling(
    double temperature,
    double topP,
    int topK,
    long seed,
    double frequencyPenalty,
    double presencePenalty) {

  /** Checks ranges. */
  public Sampling {
    if (!(temperature >= 0) || !(topP >= 0 && topP <= 1) || topK < 0) {
      throw new IllegalArgumentException(
          "sampling: temperature %s, top_p %s, top_k %d (expected: >= 0, 0 to 1, >= 0)"
              .formatted(temperature, topP, topK));
    }
  }

  /** Always the most likely token. */
  public static Sampling greedy() {
    return new Sampling(0, 1, 0, 0, 0, 0);
  }
}
