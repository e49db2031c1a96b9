package dev.fairlead.cache.bound;

import org.jspecify.annotations.Nullable;

/** Decides whether a near entry that passed the vetoes is served. Thread-safe, does not block. */
public interface ServePolicy {

  /** What configuration and statistics call it. */
  String name();

  /** An eligible request of the group came in, whether or not anything is near it. */
  void seen(Group group);

  /** What to do with the near entry of such a request. */
  Decision decide(Group group, Evidence evidence);

  /** How many requests a label from a decision of this kind stands for, at least 1. */
  double weight(Decision decision);

  /** What became of an earlier decision, here or on another replica. */
  void learn(Label label);

  /**
   * Requests of the group seen here since the last call, to be told to the other replicas with the
   * next label.
   */
  long takeUntold(Group group);

  /** Where it stands, over all groups. */
  Standing standing();

  /** What to do with a near entry. */
  enum Decision {
    /** Give its answer. */
    SERVE,
    /** It would be served; make a fresh answer and compare. */
    VERIFY,
    /** Make a fresh answer. */
    REFUSE
  }

  /**
   * What the labels so far say.
   *
   * @param labels labels seen
   * @param wrongLabels those that said wrong
   * @param falseHits estimated share of requests answered wrongly from the cache; null before there
   *     is evidence
   * @param operatingSimilarity similarity from which near entries are served; null when nothing is
   */
  record Standing(
      long labels,
      long wrongLabels,
      @Nullable Estimate falseHits,
      @Nullable Double operatingSimilarity) {}

  /**
   * A share with its 95 % interval, all 0 to 1.
   *
   * @param value best estimate
   * @param low lower end
   * @param high upper end
   */
  record Estimate(double value, double low, double high) {}
}
