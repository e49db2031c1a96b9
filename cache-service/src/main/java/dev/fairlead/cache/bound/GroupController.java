package dev.fairlead.cache.bound;

import dev.fairlead.cache.bound.ServePolicy.Decision;
import dev.fairlead.cache.bound.ServePolicy.Estimate;
import dev.fairlead.cache.bound.ServePolicy.Verdict;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The error budget of one group: the labels of a sliding window, the fit to them, and the cut above
 * which is served. Counting and deciding take no lock; learning does, and now and then computes for
 * milliseconds.
 *
 * <p>Every request with a near entry is in the window once: as its own label when it was refused,
 * or through the checked would-be hits, each of which stands for several.
 */
final class GroupController {

  static final int FIRST_LABELS = 150;

  /** Labels kept, here and in the log that outlives the process. */
  static final int WINDOW = 4000;

  private static final int RECOMPUTE_EVERY = 32;
  private static final int FULL_SHARE_LABELS = 400;
  private static final double LEAST_SHARE = 0.3;
  private static final double INTERVAL_SIGMAS = 1.96;

  /** Found wrong answers that weigh as much as what the fit expects. */
  private static final double FIT_TRUST = 4;

  private final double maxErrorRate;
  private final double verifyShare;
  private final Deque<Seen> window = new ArrayDeque<>();
  private volatile Operation operation = Operation.CLOSED;
  private volatile double share;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong untold = new AtomicLong();
  private long labels;
  private volatile int kept;

  private record Seen(Label label, long requestsBefore) {}

  GroupController(double maxErrorRate, double verifyShare) {
    this.maxErrorRate = maxErrorRate;
    this.verifyShare = verifyShare;
    this.share = verifyShare;
  }

  void seen() {
    requests.incrementAndGet();
    untold.incrementAndGet();
  }

  long takeUntold() {
    return untold.getAndSet(0);
  }

  /** What to do with a near entry; {@code chance} is uniform in [0, 1). */
  Verdict decide(Evidence evidence, double chance) {
    Operation current = operation;
    if (!current.serves(evidence)) {
      return Verdict.REFUSED;
    }
    double check = current.checkProbability(evidence, share);
    return chance < check ? new Verdict(Decision.VERIFY, 1 / check) : Verdict.SERVED;
  }

  boolean serves(Evidence evidence) {
    return operation.serves(evidence);
  }

  synchronized long labels() {
    return labels;
  }

  synchronized void learn(Label label) {
    add(label);
    if (labels >= FIRST_LABELS && labels % RECOMPUTE_EVERY == 0) {
      recompute();
    }
  }

  /**
   * Begins anew from the labels that were kept; requests not told to others yet stay counted. A log
   * that has much less than is known here was emptied meanwhile, and says nothing.
   */
  synchronized void restore(List<Label> kept) {
    if (kept.size() < window.size() / 2) {
      return;
    }
    window.clear();
    labels = 0;
    requests.set(0);
    kept.forEach(this::add);
    requests.addAndGet(untold.get());
    if (labels >= FIRST_LABELS) {
      recompute();
    }
  }

  private void add(Label label) {
    window.addLast(new Seen(label.numbers(), requests.addAndGet(label.requestsElsewhere())));
    if (window.size() > WINDOW) {
      window.removeFirst();
    }
    kept = window.size();
    labels++;
  }

  /** Labels in the window. */
  int kept() {
    return kept;
  }

  private void recompute() {
    List<Label> known = window.stream().map(Seen::label).toList();
    LogisticFit fit = operation.fit().refit(known);
    operation = CutSearch.search(fit, known, requestsInWindow(), maxErrorRate);
    // The more is known, the fewer checks are needed to notice a change.
    share =
        verifyShare * Math.clamp(Math.sqrt((double) FULL_SHARE_LABELS / labels), LEAST_SHARE, 1);
  }

  private long requestsInWindow() {
    return labels > WINDOW ? requests() - window.getFirst().requestsBefore() : requests();
  }

  /**
   * Wrong answers among those served: what the checked would-be hits say, each for the others it
   * stands for, blended with what the fit expects of them as long as few were found wrong.
   */
  synchronized @Nullable Estimate falseHits() {
    List<Label> checked = window.stream().map(Seen::label).filter(Label::wouldServe).toList();
    long total = requestsInWindow();
    if (checked.isEmpty() || total == 0) {
      return null;
    }
    long found = checked.stream().filter(label -> !label.correct()).count();
    double blend = FIT_TRUST / (FIT_TRUST + found);
    LogisticFit fit = operation.fit();
    double wrong = 0;
    double variance = 1;
    for (Label label : checked) {
      double expected = 1 - fit.probability(label.evidence());
      double here = blend * expected + (1 - blend) * (label.correct() ? 0 : 1);
      // Of the requests it stands for, itself was not answered from the cache; a rated one was.
      double served = label.weight() > 1 ? label.weight() - 1 : 1;
      wrong += served * here;
      variance += served * served * here;
    }
    double half = INTERVAL_SIGMAS * Math.sqrt(variance);
    return new Estimate(
        share(wrong, total), share(wrong - half, total), share(wrong + half, total));
  }

  private static double share(double count, long total) {
    return Math.clamp(count / total, 0.0, 1.0);
  }

  long requests() {
    return requests.get();
  }

  /**
   * The least similarity that is served for an entry without a history whose surroundings are as
   * usual; null when none is.
   */
  synchronized @Nullable Double operatingSimilarity() {
    double margin = mean(Measure.MARGIN);
    double agreement = mean(Measure.AGREEMENT);
    int support = (int) Math.round(mean(Measure.SUPPORT));
    for (int step = 0; step <= 100; step++) {
      double similarity = 0.5 + step * 0.005;
      if (serves(new Evidence(similarity, margin, support, agreement, 0, 0))) {
        return similarity;
      }
    }
    return null;
  }

  private enum Measure {
    MARGIN,
    AGREEMENT,
    SUPPORT
  }

  private double mean(Measure measure) {
    return window.stream()
        .map(seen -> seen.label().evidence())
        .mapToDouble(evidence ->
            switch (measure) {
              case MARGIN -> evidence.margin();
              case AGREEMENT -> evidence.agreement();
              case SUPPORT -> evidence.support();
            })
        .average()
        .orElse(0);
  }
}
