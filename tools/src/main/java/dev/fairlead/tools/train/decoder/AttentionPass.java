package dev.fairlead.tools.train.decoder;

import java.util.Arrays;

/** Causal attention over the heads of one sequence. Not thread-safe. */
final class AttentionPass {

  private final int heads;
  private final int headWidth;
  private final int width;
  private final float factor;
  private final float[] q;
  private final float[] k;
  private final float[] v;
  private final float[] flipped;
  private final float[] out;
  private final float[] square;
  private final float[] piece;

  AttentionPass(DecoderShape shape) {
    this.heads = shape.heads();
    this.headWidth = shape.headWidth();
    this.width = shape.width();
    this.factor = (float) (1 / Math.sqrt(headWidth));
    int rows = shape.context();
    this.q = new float[rows * headWidth];
    this.k = new float[rows * headWidth];
    this.v = new float[rows * headWidth];
    this.flipped = new float[rows * headWidth];
    this.out = new float[rows * headWidth];
    this.piece = new float[rows * headWidth];
    this.square = new float[rows * rows];
  }

  /** {@code mixed[count x width]} from {@code qkv[count x 3 width]}; keeps the probabilities. */
  void forward(float[] qkv, float[] probabilities, float[] mixed, int count) {
    for (int head = 0; head < heads; head++) {
      gather(qkv, head, count);
      int at = head * count * count;
      Arrays.fill(probabilities, at, at + count * count, 0);
      Matrices.transpose(k, 0, flipped, 0, count, headWidth);
      Matrices.multiply(q, 0, headWidth, flipped, 0, probabilities, at, count, headWidth, count);
      for (int t = 0; t < count; t++) {
        softmax(probabilities, at + t * count, t + 1, count);
      }
      Arrays.fill(out, 0, count * headWidth, 0);
      Matrices.multiply(probabilities, at, count, v, 0, out, 0, count, count, headWidth);
      scatter(out, mixed, head * headWidth, width, count);
    }
  }

  /** {@code dQkv[count x 3 width]} from the gradient of {@code mixed}. */
  void backward(float[] qkv, float[] probabilities, float[] dMixed, float[] dQkv, int count) {
    for (int head = 0; head < heads; head++) {
      gather(qkv, head, count);
      int at = head * count * count;
      for (int t = 0; t < count; t++) {
        System.arraycopy(dMixed, t * width + head * headWidth, out, t * headWidth, headWidth);
      }
      Arrays.fill(piece, 0, count * headWidth, 0);
      Matrices.multiplyTransposed(probabilities, at, out, 0, piece, 0, count, count, headWidth);
      scatter(piece, dQkv, 2 * width + head * headWidth, 3 * width, count);
      Arrays.fill(square, 0, count * count, 0);
      Matrices.transpose(v, 0, flipped, 0, count, headWidth);
      Matrices.multiply(out, 0, headWidth, flipped, 0, square, 0, count, headWidth, count);
      softmaxSlope(probabilities, at, count);
      Arrays.fill(piece, 0, count * headWidth, 0);
      Matrices.multiply(square, 0, count, k, 0, piece, 0, count, count, headWidth);
      scatter(piece, dQkv, head * headWidth, 3 * width, count);
      Arrays.fill(piece, 0, count * headWidth, 0);
      Matrices.multiplyTransposed(square, 0, q, 0, piece, 0, count, count, headWidth);
      scatter(piece, dQkv, width + head * headWidth, 3 * width, count);
    }
  }

  private void gather(float[] qkv, int head, int count) {
    for (int t = 0; t < count; t++) {
      int from = t * 3 * width + head * headWidth;
      int to = t * headWidth;
      System.arraycopy(qkv, from, q, to, headWidth);
      System.arraycopy(qkv, from + width, k, to, headWidth);
      System.arraycopy(qkv, from + 2 * width, v, to, headWidth);
    }
  }

  private void scatter(float[] from, float[] to, int at, int row, int count) {
    for (int t = 0; t < count; t++) {
      System.arraycopy(from, t * headWidth, to, t * row + at, headWidth);
    }
  }

  private void softmax(float[] scores, int at, int visible, int count) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int s = 0; s < visible; s++) {
      largest = Math.max(largest, scores[at + s] * factor);
    }
    float sum = 0;
    for (int s = 0; s < visible; s++) {
      scores[at + s] = (float) Math.exp(scores[at + s] * factor - largest);
      sum += scores[at + s];
    }
    float inverse = 1 / sum;
    for (int s = 0; s < visible; s++) {
      scores[at + s] *= inverse;
    }
    Arrays.fill(scores, at + visible, at + count, 0);
  }

  /** Turns the gradient of the probabilities in {@code square} into that of the scores. */
  private void softmaxSlope(float[] probabilities, int at, int count) {
    for (int t = 0; t < count; t++) {
      int row = t * count;
      float dot = 0;
      for (int s = 0; s <= t; s++) {
        dot += probabilities[at + row + s] * square[row + s];
      }
      for (int s = 0; s < count; s++) {
        square[row + s] = probabilities[at + row + s] * (square[row + s] - dot) * factor;
      }
    }
  }
}
