package dev.fairlead.cache.bound;

import dev.fairlead.cache.bound.ServePolicy.Estimate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The error budget of one group. From the labels of a sliding window it estimates, for every cut on
 * the probability of being right, how many requests would have been answered wrongly above it, and
 * takes the lowest cut whose estimate plus two standard deviations stays within the allowed share
 * of the requests.
 *
 * <p>Every request with a near entry is in that estimate once: as its own label when it was
 * refused, or through the checked would-be hits, each of which stands for several.
 */
final class GroupController {

  static final int FIRST_LABELS = 150;
  private static final int WINDOW = 4000;
  private static final int RECOMPUTE_EVERY = 16;
  private static final double SIGMAS = 2;
  private static final double INTERVAL_SIGMAS = 1.96;

  private final double maxErrorRate;
  private final OnlineLogistic model = new OnlineLogistic();
  private final Deque<Seen> window = new ArrayDeque<>();
  private long requests;
  private long untold;
  private long labels;
  private double cut = Double.POSITIVE_INFINITY;

  private record Seen(Label label, long requestsBefore) {}

  private record Scored(double probability, double weight, boolean wrong) {}

  GroupController(double maxErrorRate) {
    this.maxErrorRate = maxErrorRate;
  }

  synchronized void seen() {
    requests++;
    untold++;
  }

  synchronized long takeUntold() {
    long taken = untold;
    untold = 0;
    return taken;
  }

  synchronized boolean serves(Evidence evidence) {
    return model.probability(evidence) >= cut;
  }

  synchronized long labels() {
    return labels;
  }

  synchronized void learn(Label label) {
    requests += label.requestsElsewhere();
    model.learn(label.evidence(), label.correct());
    window.addLast(new Seen(label, requests));
    if (window.size() > WINDOW) {
      window.removeFirst();
    }
    labels++;
    if (labels >= FIRST_LABELS && labels % RECOMPUTE_EVERY == 0) {
      cut = lowestCut();
    }
  }

  private long requestsInWindow() {
    return labels > WINDOW ? requests - window.getFirst().requestsBefore() : requests;
  }

  private double lowestCut() {
    List<Scored> scored = new ArrayList<>(window.size());
    for (Seen seen : window) {
      Label label = seen.label();
      scored.add(new Scored(model.probability(label.evidence()), label.weight(), !label.correct()));
    }
    scored.sort(Comparator.comparingDouble(Scored::probability).reversed());
    double allowed = maxErrorRate * requestsInWindow();
    double lowest = Double.POSITIVE_INFINITY;
    double wrong = 0;
    // One unit of variance although nothing was seen to be wrong yet: no error in ten labels does
    // not prove that there
    // is none.
    double variance = 1;
    for (int i = 0; i < scored.size(); i++) {
      Scored item = scored.get(i);
      wrong += item.wrong() ? item.weight() : 0;
      variance += item.wrong() ? item.weight() * item.weight() : 0;
      boolean lastOfTies =
          i + 1 == scored.size() || scored.get(i + 1).probability() < item.probability();
      if (wrong + SIGMAS * Math.sqrt(variance) > allowed) {
        break;
      }
      if (lastOfTies) {
        lowest = item.probability();
      }
    }
    return lowest;
  }

  /** Wrong answers among those served, as estimated by the checked would-be hits. */
  synchronized @Nullable Estimate falseHits() {
    double wrong = 0;
    double variance = 1;
    long checked = 0;
    for (Seen seen : window) {
      Label label = seen.label();
      if (label.wouldServe()) {
        checked++;
        // Of the requests it stands for, itself was not answered from the cache.
        double served = label.correct() ? 0 : label.weight() - 1;
        wrong += served;
        variance += served * served;
      }
    }
    long total = requestsInWindow();
    if (checked == 0 || total == 0) {
      return null;
    }
    double half = INTERVAL_SIGMAS * Math.sqrt(variance);
    return new Estimate(
        share(wrong, total), share(wrong - half, total), share(wrong + half, total));
  }

  private static double share(double count, long total) {
    return Math.clamp(count / total, 0.0, 1.0);
  }

  synchronized long requests() {
    return requests;
  }

  /**
   * The least similarity that is served for an entry without a history and of usual margin; null
   * when none is.
   */
  synchronized @Nullable Double operatingSimilarity() {
    double margin =
        window.stream().mapToDouble(seen -> seen.label().evidence().margin()).average().orElse(0);
    for (int step = 0; step <= 100; step++) {
      double similarity = 0.5 + step * 0.005;
      if (serves(new Evidence(similarity, margin, 0, 0))) {
        return similarity;
      }
    }
    return null;
  }
}
