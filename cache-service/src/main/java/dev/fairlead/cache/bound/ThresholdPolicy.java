package dev.fairlead.cache.bound;

import java.util.concurrent.atomic.LongAdder;

/** Serves everything that is near enough. Labels are counted but change nothing. */
public final class ThresholdPolicy implements ServePolicy {

  private final double similarity;
  private final LongAdder labels = new LongAdder();
  private final LongAdder wrong = new LongAdder();

  /**
   * A fixed policy.
   *
   * @param similarity least cosine that is served, 0 to 1
   */
  public ThresholdPolicy(double similarity) {
    this.similarity = similarity;
  }

  @Override
  public String name() {
    return "threshold";
  }

  @Override
  public void seen(Group group) {}

  @Override
  public Verdict decide(Group group, String entryId, Evidence evidence) {
    return serves(group, entryId, evidence) ? Verdict.SERVED : Verdict.REFUSED;
  }

  @Override
  public boolean serves(Group group, String entryId, Evidence evidence) {
    return evidence.similarity() >= similarity;
  }

  @Override
  public void learn(Label label) {
    labels.increment();
    if (!label.correct()) {
      wrong.increment();
    }
  }

  @Override
  public long takeUntold(Group group) {
    return 0;
  }

  @Override
  public Standing standing() {
    return new Standing(labels.sum(), wrong.sum(), null, similarity);
  }
}
