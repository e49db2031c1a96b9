package dev.fairlead.cache.bound;

import org.jspecify.annotations.Nullable;

/** Decides whether a near entry that passed the vetoes is served. Thread-safe, does not block. */
public interface ServePolicy {

  /** What configuration and statistics call it. */
  String name();

  /** An eligible request of the group came in, whether or not anything is near it. */
  void seen(Group group);

  /** What to do with the near entry {@code entryId} of such a request. */
  Verdict decide(Group group, String entryId, Evidence evidence);

  /**
   * Whether such a request would rather be answered with the near entry than not, checks left
   * aside. Nothing is counted.
   */
  boolean serves(Group group, String entryId, Evidence evidence);

  /** What became of an earlier decision, here or on another replica. */
  void learn(Label label);

  /**
   * Requests of the group seen here since the last call, to be told to the other replicas with the
   * next label.
   */
  long takeUntold(Group group);

  /**
   * Whether an entry is found by vector although its nearest neighbour's answer is right for its
   * request as well.
   */
  default boolean findsCovered() {
    return true;
  }

  /** Reads again what other replicas may have taught the store meanwhile. */
  default void reload() {}

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
   * A decision.
   *
   * @param decision what to do
   * @param weight how many requests its label will stand for, at least 1
   */
  record Verdict(Decision decision, double weight) {
    /** Give its answer; there will be no label. */
    public static final Verdict SERVED = new Verdict(Decision.SERVE, 1);

    /** Make a fresh answer, which is a label for itself. */
    public static final Verdict REFUSED = new Verdict(Decision.REFUSE, 1);
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
