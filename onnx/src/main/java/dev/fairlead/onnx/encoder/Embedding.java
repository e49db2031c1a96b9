package dev.fairlead.onnx.encoder;

/**
 * A text as a point on the unit sphere.
 *
 * @param values {@code float[dimensions]}, L2-normalised. Not copied: do not change it
 * @param tokenCount tokens that were encoded, with the two special ones
 * @param truncated whether the text was longer than what was encoded
 */
@SuppressWarnings(
    "ArrayRecordComponent") // Immutable by convention: copies would double the garbage of every
                            // request.
public record Embedding(float[] values, int tokenCount, boolean truncated) {

  /** Cosine of the angle to another embedding of the same fingerprint, -1 to 1. */
  public double cosine(Embedding other) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += (double) values[i] * other.values[i];
    }
    return sum;
  }
}
