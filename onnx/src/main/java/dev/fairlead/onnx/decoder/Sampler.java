package dev.fairlead.onnx.decoder;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Draws tokens of one answer. Not thread-safe; the same seed and logits give the same tokens. */
final class Sampler {

  private final Sampling sampling;
  private final SplittableRandom random;
  private final Map<Integer, Integer> counts = new HashMap<>();

  Sampler(Sampling sampling) {
    this.sampling = sampling;
    this.random = new SplittableRandom(sampling.seed());
  }

  /**
   * The next token.
   *
   * @throws DecoderException when a logit is not a number
   */
  int next(float[] logits) {
    if (sampling.frequencyPenalty() != 0 || sampling.presencePenalty() != 0) {
      counts.forEach((id, count) ->
          logits[id] -= (float) (sampling.frequencyPenalty() * count + sampling.presencePenalty()));
    }
    int best = largest(logits);
    int chosen = sampling.temperature() == 0 ? best : draw(logits, logits[best]);
    counts.merge(chosen, 1, Integer::sum);
    return chosen;
  }

  private static int largest(float[] logits) {
    int best = 0;
    for (int i = 0; i < logits.length; i++) {
      if (Float.isNaN(logits[i]) || logits[i] == Float.POSITIVE_INFINITY) {
        throw new DecoderException("the decoder gave a logit that is " + logits[i]);
      }
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    if (Float.isInfinite(logits[best])) {
      throw new DecoderException("the decoder gave no finite logit");
    }
    return best;
  }

  private int draw(float[] logits, float best) {
    int count = logits.length;
    double[] shares = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      shares[i] = Math.exp((logits[i] - best) / sampling.temperature());
      sum += shares[i];
    }
    if (sampling.topK() == 0 && sampling.topP() == 1) {
      return pick(shares, null, count, sum);
    }
    return nucleus(shares, sum);
  }

  private int nucleus(double[] shares, double sum) {
    int topK = sampling.topK() == 0 ? shares.length : Math.min(sampling.topK(), shares.length);
    // A token with less than an equal part of what may be left out cannot be among the most likely.
    double least = topK == shares.length ? (1 - sampling.topP()) * sum / shares.length : 0;
    long[] order = new long[shares.length];
    int kept = 0;
    for (int i = 0; i < shares.length; i++) {
      if (shares[i] >= least) {
        // Shares are positive: their bits are in their order. Equal ones: the smaller id first.
        int bits = Float.floatToRawIntBits((float) shares[i]);
        order[kept++] = ((long) -bits << 32) | i;
      }
    }
    Arrays.sort(order, 0, kept);
    int[] ids = new int[Math.min(kept, topK)];
    double inTopK = 0;
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (int) order[i];
      inTopK += shares[ids[i]];
    }
    double mass = 0;
    int size = 0;
    while (size < ids.length && (size == 0 || mass < sampling.topP() * inTopK)) {
      mass += shares[ids[size++]];
    }
    return pick(shares, ids, size, mass);
  }

  private int pick(
      double[] shares, int @org.jspecify.annotations.Nullable [] ids, int count, double mass) {
    double left = random.nextDouble() * mass;
    int id = 0;
    for (int i = 0; i < count; i++) {
      int candidate = ids == null ? i : ids[i];
      if (shares[candidate] > 0) {
        id = candidate;
        left -= shares[candidate];
        if (left < 0) {
          break;
        }
      }
    }
    return id;
  }
}
