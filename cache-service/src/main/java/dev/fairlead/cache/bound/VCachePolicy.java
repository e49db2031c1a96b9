package dev.fairlead.cache.bound;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/**
 * vCache (arXiv 2502.03771): every entry learns its own threshold, and a request is answered fresh
 * with the probability that keeps the entry's error rate under the bound. Keeps its promise also
 * where entries of one group differ, but serves an entry only after it has been seen as a neighbour
 * {@value EntryCurve#LEAST} times.
 */
public final class VCachePolicy implements ServePolicy {

  /** Those that have been a neighbour; 400 MB of curves. */
  private static final int MAX_ENTRIES = 100_000;

  private static final int MAX_GROUPS = 10_000;
  private static final double EVEN_CHANCE = 0.5;

  private final double maxErrorRate;
  private final DoubleSupplier random;
  private final LabelLog log;
  private final Executor compute;
  private final Cache<String, EntryCurve> curves =
      Caffeine.newBuilder().maximumSize(MAX_ENTRIES).executor(Runnable::run).build();
  private final Cache<Group, Boolean> restored =
      Caffeine.newBuilder().maximumSize(MAX_GROUPS).executor(Runnable::run).build();
  private final ServedErrors errors = new ServedErrors();
  private final LongAdder labels = new LongAdder();
  private final LongAdder wrongLabels = new LongAdder();

  /**
   * Starts knowing nothing, which means serving nothing.
   *
   * @param maxErrorRate allowed share of wrong answers among an entry's requests, above 0 up to 1
   * @param random uniform in [0, 1), thread-safe
   * @param log where labels of earlier and other processes are
   * @param compute draws the curves of a log anew, which takes some tens of milliseconds
   */
  public VCachePolicy(double maxErrorRate, DoubleSupplier random, LabelLog log, Executor compute) {
    this.maxErrorRate = maxErrorRate;
    this.random = random;
    this.log = log;
    this.compute = compute;
  }

  @Override
  public String name() {
    return "vcache";
  }

  @Override
  public void seen(Group group) {
    errors.seen();
    if (restored.getIfPresent(group) == null && restored.asMap().putIfAbsent(group, true) == null) {
      restore(group);
    }
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
  public boolean serves(Group group, String entryId, Evidence evidence) {
    EntryCurve curve = curves.getIfPresent(entryId);
    if (curve == null) {
      return false;
    }
    synchronized (curve) {
      return curve.exploring(evidence.similarity(), maxErrorRate) < EVEN_CHANCE;
    }
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
  public void reload() {
    restored.asMap().keySet().forEach(this::restore);
  }

  /** A log that is empty or away says nothing: what is known here stays. */
  private void restore(Group group) {
    var unused = log.read(group).thenAcceptAsync(this::draw, compute).exceptionally(error -> null);
  }

  /**
   * The curves of what a log has kept. It keeps the newest labels of a group only, so that a curve
   * which was drawn of more of them stays.
   */
  private void draw(List<Label> kept) {
    Map<String, EntryCurve> drawn = new HashMap<>();
    for (Label label : kept) {
      drawn
          .computeIfAbsent(label.entryId(), id -> new EntryCurve())
          .add(label.evidence().similarity(), label.correct());
    }
    drawn.forEach((id, curve) ->
        curves
            .asMap()
            .merge(id, curve, (old, read) -> old.observed() >= read.observed() ? old : read));
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
