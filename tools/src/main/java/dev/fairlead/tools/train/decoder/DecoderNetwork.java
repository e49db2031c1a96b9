package dev.fairlead.tools.train.decoder;

import dev.fairlead.tools.train.decoder.Layout.Part;
import java.util.Arrays;

/**
 * One pass forwards and backwards over one sequence, with gradients written out by hand. Holds the
 * activations of its latest sequence; not thread-safe.
 */
final class DecoderNetwork {

  private static final float GELU = (float) Math.sqrt(2 / Math.PI);

  private final Layout layout;
  private final DecoderShape shape;
  private final int width;
  private final int hidden;
  private final LayerState[] layers;
  private final NormState last;
  private final float[] residual;
  private final float[] gradient;
  private final float[] wide;
  private final float[] narrow;
  private final float[] transposed;
  private final AttentionPass attention;
  private float[] logits = new float[0];

  DecoderNetwork(Layout layout) {
    this.layout = layout;
    this.shape = layout.shape;
    this.width = shape.width();
    this.hidden = shape.hidden();
    int rows = shape.context();
    this.layers = new LayerState[shape.layers()];
    for (int i = 0; i < layers.length; i++) {
      layers[i] = new LayerState(shape);
    }
    this.last = new NormState(rows, width);
    this.residual = new float[rows * width];
    this.gradient = new float[rows * width];
    this.wide = new float[rows * hidden];
    this.narrow = new float[rows * width];
    this.transposed = new float[width * Math.max(hidden, shape.vocabulary())];
    this.attention = new AttentionPass(shape);
  }

  /** Activations of a layer that its gradient needs. */
  private static final class LayerState {
    final NormState first;
    final NormState second;
    final float[] qkv;
    final float[] mixed;
    final float[] probabilities;
    final float[] expanded;
    final float[] active;

    LayerState(DecoderShape shape) {
      int rows = shape.context();
      first = new NormState(rows, shape.width());
      second = new NormState(rows, shape.width());
      qkv = new float[rows * 3 * shape.width()];
      mixed = new float[rows * shape.width()];
      probabilities = new float[shape.heads() * rows * rows];
      expanded = new float[rows * shape.hidden()];
      active = new float[rows * shape.hidden()];
    }
  }

  /** Logits {@code float[count x vocabulary]} after each token; valid until the next call. */
  float[] forward(float[] values, int[] ids, int count) {
    for (int t = 0; t < count; t++) {
      for (int i = 0; i < width; i++) {
        residual[t * width + i] =
            values[layout.tokens + ids[t] * width + i] + values[layout.positions + t * width + i];
      }
    }
    for (int layer = 0; layer < layers.length; layer++) {
      LayerState state = layers[layer];
      state.first.forward(residual, values, layout.at(layer, Part.NORM_1), count);
      linear(values, layer, Part.QKV, state.first.output, state.qkv, count, width, 3 * width);
      attention.forward(state.qkv, state.probabilities, state.mixed, count);
      linear(values, layer, Part.PROJECTION, state.mixed, narrow, count, width, width);
      addTo(residual, narrow, count * width);
      state.second.forward(residual, values, layout.at(layer, Part.NORM_2), count);
      linear(values, layer, Part.EXPAND, state.second.output, state.expanded, count, width, hidden);
      for (int i = 0; i < count * hidden; i++) {
        state.active[i] = gelu(state.expanded[i]);
      }
      linear(values, layer, Part.CONTRACT, state.active, narrow, count, hidden, width);
      addTo(residual, narrow, count * width);
    }
    last.forward(residual, values, layout.finalNorm, count);
    int vocabulary = shape.vocabulary();
    if (logits.length < count * vocabulary) {
      logits = new float[shape.context() * vocabulary];
    }
    Arrays.fill(logits, 0, count * vocabulary, 0);
    Matrices.transpose(values, layout.tokens, transposed, 0, vocabulary, width);
    Matrices.multiply(last.output, 0, width, transposed, 0, logits, 0, count, width, vocabulary);
    return logits;
  }

  /**
   * Cross-entropy of {@code targets} summed over the tokens, after {@link #forward}; a negative
   * target counts nothing. Leaves the gradient of the logits, times {@code scale}, in their place.
   */
  double loss(int[] targets, int count, float scale) {
    int vocabulary = shape.vocabulary();
    double loss = 0;
    for (int t = 0; t < count; t++) {
      int at = t * vocabulary;
      if (targets[t] < 0) {
        Arrays.fill(logits, at, at + vocabulary, 0);
        continue;
      }
      float largest = Float.NEGATIVE_INFINITY;
      for (int v = 0; v < vocabulary; v++) {
        largest = Math.max(largest, logits[at + v]);
      }
      double sum = 0;
      for (int v = 0; v < vocabulary; v++) {
        logits[at + v] = (float) Math.exp(logits[at + v] - largest);
        sum += logits[at + v];
      }
      loss -= Math.log(Math.max(1e-30, logits[at + targets[t]] / sum));
      float factor = (float) (scale / sum);
      for (int v = 0; v < vocabulary; v++) {
        logits[at + v] *= factor;
      }
      logits[at + targets[t]] -= scale;
    }
    return loss;
  }

  /** Adds to {@code into} the gradient of the parameters, after {@link #loss}. */
  void backward(float[] values, int[] ids, int count, float[] into) {
    int vocabulary = shape.vocabulary();
    Arrays.fill(narrow, 0, count * width, 0);
    Matrices.multiply(
        logits, 0, vocabulary, values, layout.tokens, narrow, 0, count, vocabulary, width);
    Matrices.multiplyTransposed(
        logits, 0, last.output, 0, into, layout.tokens, count, vocabulary, width);
    Arrays.fill(gradient, 0, count * width, 0);
    last.backward(narrow, values, layout.finalNorm, into, gradient, count);
    for (int layer = layers.length - 1; layer >= 0; layer--) {
      feedForwardBackward(values, layer, count, into);
      attentionBackward(values, layer, count, into);
    }
    for (int t = 0; t < count; t++) {
      for (int i = 0; i < width; i++) {
        into[layout.tokens + ids[t] * width + i] += gradient[t * width + i];
        into[layout.positions + t * width + i] += gradient[t * width + i];
      }
    }
  }

  private void feedForwardBackward(float[] values, int layer, int count, float[] into) {
    LayerState state = layers[layer];
    linearBackward(values, layer, Part.CONTRACT, state.active, gradient, wide, count, into);
    for (int i = 0; i < count * hidden; i++) {
      wide[i] *= geluSlope(state.expanded[i]);
    }
    linearBackward(values, layer, Part.EXPAND, state.second.output, wide, narrow, count, into);
    state.second.backward(narrow, values, layout.at(layer, Part.NORM_2), into, gradient, count);
  }

  private void attentionBackward(float[] values, int layer, int count, float[] into) {
    LayerState state = layers[layer];
    linearBackward(values, layer, Part.PROJECTION, state.mixed, gradient, narrow, count, into);
    attention.backward(state.qkv, state.probabilities, narrow, wide, count);
    linearBackward(values, layer, Part.QKV, state.first.output, wide, narrow, count, into);
    state.first.backward(narrow, values, layout.at(layer, Part.NORM_1), into, gradient, count);
  }

  private void linear(
      float[] values, int layer, Part part, float[] x, float[] y, int rows, int in, int out) {
    int bias = layout.at(layer, part) + in * out;
    for (int t = 0; t < rows; t++) {
      System.arraycopy(values, bias, y, t * out, out);
    }
    Matrices.multiply(x, 0, in, values, layout.at(layer, part), y, 0, rows, in, out);
  }

  /** Gradient of weights and bias into {@code into}, of the input into {@code dx}. */
  private void linearBackward(
      float[] values,
      int layer,
      Part part,
      float[] x,
      float[] dy,
      float[] dx,
      int rows,
      float[] into) {
    int in = part == Part.CONTRACT ? hidden : width;
    int at = layout.at(layer, part);
    int out = part.size(width) / in;
    Matrices.transpose(values, at, transposed, 0, in, out);
    Arrays.fill(dx, 0, rows * in, 0);
    Matrices.multiply(dy, 0, out, transposed, 0, dx, 0, rows, out, in);
    Matrices.multiplyTransposed(x, 0, dy, 0, into, at, rows, in, out);
    int bias = at + in * out;
    for (int t = 0; t < rows; t++) {
      for (int j = 0; j < out; j++) {
        into[bias + j] += dy[t * out + j];
      }
    }
  }

  private static void addTo(float[] sum, float[] more, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] += more[i];
    }
  }

  private static float gelu(float x) {
    return 0.5f * x * (1 + tanh(GELU * (x + 0.044715f * x * x * x)));
  }

  private static float geluSlope(float x) {
    float t = tanh(GELU * (x + 0.044715f * x * x * x));
    return 0.5f * (1 + t) + 0.5f * x * (1 - t * t) * GELU * (1 + 3 * 0.044715f * x * x);
  }

  private static float tanh(float x) {
    float e = (float) Math.exp(-2 * Math.abs(x));
    return Math.copySign((1 - e) / (1 + e), x);
  }
}
