package dev.fairlead.scorer.learning;

import dev.fairlead.onnx.learning.HeadTrial;
import dev.fairlead.onnx.learning.TrafficLabel;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How a head in use does on labels that it was asked before they were learned. It is judged after
 * {@value #FIRST} labels and each time that their number has doubled, with half the error of the
 * time before: whoever looks after each label finds any head worse sooner or later.
 */
final class HeadWatch {

  /** Labels before the first look. */
  static final int FIRST = 40;

  private static final int MOST = 640;

  /** Probability with which a head that is as good as the prior is ever taken back. */
  private static final double ERROR = 0.05;

  private final Deque<Watched> watched = new ArrayDeque<>();
  private long next = FIRST;
  private long seen;
  private double error = ERROR / 2;

  /** What the head said of a label before it knew it. */
  private record Watched(TrafficLabel label, double score) {}

  /**
   * Labels were watched of which nothing is known any more; looks that they would have led to are
   * over.
   */
  void skip(long labels) {
    for (seen += labels; next <= seen; next *= 2) {
      error /= 2;
    }
  }

  /** Takes a label; whether the head turns out to be surely worse than the prior. */
  boolean isWorseWith(TrafficLabel label, double score) {
    watched.addLast(new Watched(label, score));
    if (watched.size() > MOST) {
      watched.removeFirst();
    }
    if (++seen < next) {
      return false;
    }
    double allowed = error;
    next = 2 * seen;
    error /= 2;
    return HeadTrial.surelyWorse(
        watched.stream().map(Watched::label).toList(),
        watched.stream().mapToDouble(Watched::score).toArray(),
        allowed);
  }
}
