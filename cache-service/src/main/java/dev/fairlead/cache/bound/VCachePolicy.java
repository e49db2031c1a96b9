package dev.fairlead.cache.bound;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/**
 * vCache (arXiv 2502.03771): every entry learns its own threshold, and a request is answered fresh
 * with the probability that keeps the entry's error rate under the bound. Keeps its promise also
 * where entries of one group differ, but serves an entry only after it has been seen as a neighbour
 * {@value EntryCurve#LEAST} times.
 */
public final class VCachePolicy implements ServePolicy {

  private static final int MAX_ENTRIES = 200_000;

  private final double maxErrorRate;
  private final DoubleSupplier random;
  private final Cache<String, EntryCurve> curves =
      Caffeine.newBuilder().maximumSize(MAX_ENTRIES).executor(Runnable::run).build();
  private final ServedErrors errors = new ServedErrors();
  private final LongAdder labels = new LongAdder();
  private final LongAdder wrongLabels = new LongAdder();

  /**
   * Starts knowing nothing, which means serving nothing.
   *
   * @param maxErrorRate allowed share of wrong answers among an entry's requests, above 0 up to 1
   * @param random uniform in [0, 1), thread-safe
   */
  public VCachePolicy(double maxErrorRate, DoubleSupplier random) {
    this.maxErrorRate = maxErrorRate;
    this.random = random;
  }

  @Override
  public String name() {
    return "vcache";
  }

  @Override
  public void seen(Group group) {
    errors.seen();
  }

  @Override
  public Verdict decide(Group group, String entryId, Evidence evidence) {
    EntryCurve curve = curves.getIfPresent(entryId);
    if (curve == null) {
      return Verdict.REFUSED;
    }
    double explore;
    double wrong;
    synchronized (curve) {
      explore = curve.exploring(evidence.similarity(), maxErrorRate);
      wrong = explore > 0 ? 0 : curve.wrong(evidence.similarity());
    }
    if (random.getAsDouble() >= explore) {
      if (explore == 0) {
        errors.servedUnchecked(wrong);
      }
      return Verdict.SERVED;
    }
    return explore < 1 ? new Verdict(Decision.VERIFY, 1 / explore) : Verdict.REFUSED;
  }

  @Override
  public void learn(Label label) {
    labels.increment();
    if (!label.correct()) {
      wrongLabels.increment();
    }
    EntryCurve curve = curves.get(label.entryId(), id -> new EntryCurve());
    double wrong;
    synchronized (curve) {
      wrong = curve.wrong(label.evidence().similarity());
      curve.add(label.evidence().similarity(), label.correct());
    }
    errors.learn(label, wrong);
  }

  @Override
  public long takeUntold(Group group) {
    return errors.takeUntold();
  }

  /** Algorithm 1 of the paper adds only what its nearest neighbour answers wrongly. */
  @Override
  public boolean findsCovered() {
    return false;
  }

  /** There is no single operating point. */
  @Override
  public Standing standing() {
    return new Standing(labels.sum(), wrongLabels.sum(), errors.estimate(maxErrorRate), null);
  }
}
