package dev.fairlead.tools.train.decoder;

/**
 * Size of a decoder of GPT-2's architecture (Radford et al., 2019): learnt positions, layer norms
 * before attention and feed-forward, four times the width between, embedding tied to the output.
 *
 * @param vocabulary tokens, at least 259
 * @param context most tokens
 * @param width of the residual stream, a multiple of {@code heads}
 */
record DecoderShape(int vocabulary, int context, int layers, int heads, int width) {

  static final float EPSILON = 1e-5f;

  DecoderShape {
    if (vocabulary < 259 || context < 8 || layers < 1 || heads < 1 || width % heads != 0) {
      throw new IllegalArgumentException(
          "shape %d/%d/%d/%d/%d (expected: vocabulary >= 259, context >= 8, width a multiple of heads)"
              .formatted(vocabulary, context, layers, heads, width));
    }
  }

  int hidden() {
    return 4 * width;
  }

  int headWidth() {
    return width / heads;
  }

  /** Numbers to train. */
  long parameters() {
    long layer = 12L * width * width + 13L * width;
    return (long) vocabulary * width + (long) context * width + layers * layer + 2L * width;
  }
}
