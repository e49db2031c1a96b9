package dev.fairlead.gateway.routing;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where on the curve of cost and quality a target lies, over the gains of recent prompts. The
 * cheapest model that meets a bar serves a prompt; the lower the bar, the lower cost and mean
 * quality. The bar of a target is the lowest at which the mean over recent prompts still meets it.
 * Thread-safe; a bar is computed anew every {@value #RENEW} prompts, in some 0.1 ms.
 */
final class QualityCurve {

  /** Prompts before the curve is believed; until then each prompt must meet the target itself. */
  static final int LEAST = 100;

  private static final int SAMPLE = 512;
  private static final int RENEW = 64;
  private static final int MOST_BARS = 16;
  private static final int HALVINGS = 20;

  private final String tenant;
  private final ExpectedQuality expected;
  private double[] gains = new double[LEAST];
  private final Map<Key, Bar> bars = new ConcurrentHashMap<>();
  private long count;

  QualityCurve(String tenant, ExpectedQuality expected) {
    this.tenant = tenant;
    this.expected = expected;
  }

  private record Key(double target, List<String> models) {}

  private record Bar(double value, long at) {}

  /** A prompt was asked. */
  synchronized void add(double gain) {
    if (count == gains.length && count < SAMPLE) {
      gains = Arrays.copyOf(gains, SAMPLE);
    }
    gains[(int) (count++ % SAMPLE)] = gain;
  }

  /**
   * The least quality that a model must be expected to have for a prompt to be served by it.
   *
   * @param byCost the cheapest first
   */
  double bar(double target, List<Candidate> byCost) {
    long now = count();
    if (now < LEAST) {
      return target;
    }
    Key key = new Key(target, byCost.stream().map(candidate -> candidate.model().id()).toList());
    Bar known = bars.get(key);
    if (known != null && now - known.at() < RENEW) {
      return known.value();
    }
    if (bars.size() >= MOST_BARS) {
      bars.clear();
    }
    double value = compute(target, byCost);
    bars.put(key, new Bar(value, now));
    return value;
  }

  private synchronized long count() {
    return count;
  }

  private synchronized double[] sample() {
    return Arrays.copyOf(gains, (int) Math.min(count, SAMPLE));
  }

  private double compute(double target, List<Candidate> byCost) {
    double[] sample = sample();
    double[][] qualities = new double[sample.length][byCost.size()];
    for (int i = 0; i < sample.length; i++) {
      for (int j = 0; j < byCost.size(); j++) {
        qualities[i][j] = expected.of(tenant, byCost.get(j).model(), sample[i]);
      }
    }
    double met = 1;
    double missed = 0;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (met + missed) / 2;
      if (mean(qualities, middle) >= target) {
        met = middle;
      } else {
        missed = middle;
      }
    }
    return met;
  }

  private static double mean(double[][] qualities, double bar) {
    double sum = 0;
    for (double[] ofPrompt : qualities) {
      sum += chosen(ofPrompt, bar);
    }
    return sum / qualities.length;
  }

  /** Of the first model that meets the bar, else of the best. */
  private static double chosen(double[] qualities, double bar) {
    double best = 0;
    for (double quality : qualities) {
      if (quality >= bar) {
        return quality;
      }
      best = Math.max(best, quality);
    }
    return best;
  }
}
