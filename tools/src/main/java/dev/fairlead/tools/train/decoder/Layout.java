package dev.fairlead.tools.train.decoder;

import java.util.Arrays;
import java.util.Random;

/**
 * Where each tensor of a decoder lies in one flat array. Matrices are input by output, row-major.
 */
final class Layout {

  final DecoderShape shape;
  final int tokens;
  final int positions;
  final int finalNorm;
  final int size;
  private final int layerStart;
  private final int layerSize;

  Layout(DecoderShape shape) {
    this.shape = shape;
    int width = shape.width();
    this.tokens = 0;
    this.positions = shape.vocabulary() * width;
    this.layerStart = positions + shape.context() * width;
    this.layerSize = 12 * width * width + 13 * width;
    this.finalNorm = layerStart + shape.layers() * layerSize;
    this.size = finalNorm + 2 * width;
  }

  /** Tensors of a layer, in order; a norm is scale and bias, a linear map matrix and bias. */
  enum Part {
    NORM_1,
    QKV,
    QKV_BIAS,
    PROJECTION,
    PROJECTION_BIAS,
    NORM_2,
    EXPAND,
    EXPAND_BIAS,
    CONTRACT,
    CONTRACT_BIAS;

    int size(int width) {
      return switch (this) {
        case NORM_1, NORM_2 -> 2 * width;
        case QKV -> 3 * width * width;
        case QKV_BIAS -> 3 * width;
        case PROJECTION -> width * width;
        case PROJECTION_BIAS, CONTRACT_BIAS -> width;
        case EXPAND, CONTRACT -> 4 * width * width;
        case EXPAND_BIAS -> 4 * width;
      };
    }
  }

  int at(int layer, Part part) {
    int offset = layerStart + layer * layerSize;
    for (Part before : Part.values()) {
      if (before == part) {
        return offset;
      }
      offset += before.size(shape.width());
    }
    throw new IllegalStateException("no part " + part);
  }

  /** GPT-2's initialisation: deviation 0.02, less where residuals add up; norms 1 and 0. */
  float[] initial(Random random) {
    float[] values = new float[size];
    int width = shape.width();
    float residual = (float) (0.02 / Math.sqrt(2.0 * shape.layers()));
    fill(values, tokens, positions - tokens, 0.02f, random);
    fill(values, positions, shape.context() * width, 0.01f, random);
    for (int layer = 0; layer < shape.layers(); layer++) {
      ones(values, at(layer, Part.NORM_1));
      ones(values, at(layer, Part.NORM_2));
      fill(values, at(layer, Part.QKV), 3 * width * width, 0.02f, random);
      fill(values, at(layer, Part.PROJECTION), width * width, residual, random);
      fill(values, at(layer, Part.EXPAND), 4 * width * width, 0.02f, random);
      fill(values, at(layer, Part.CONTRACT), 4 * width * width, residual, random);
    }
    ones(values, finalNorm);
    return values;
  }

  private void ones(float[] values, int at) {
    Arrays.fill(values, at, at + shape.width(), 1);
  }

  private static void fill(float[] values, int at, int count, float deviation, Random random) {
    for (int i = at; i < at + count; i++) {
      values[i] = (float) random.nextGaussian() * deviation;
    }
  }
}
