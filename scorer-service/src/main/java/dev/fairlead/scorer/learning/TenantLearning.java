package dev.fairlead.scorer.learning;

import dev.fairlead.onnx.complexity.QuantileTable;
import dev.fairlead.onnx.learning.HeadTrial;
import dev.fairlead.onnx.learning.LabelledPrompt;
import dev.fairlead.onnx.learning.LearnedHead;
import dev.fairlead.onnx.learning.TrafficLabel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One tenant's labels and head. All but {@link #active}, {@link #asked} and {@link #size} is called
 * by one thread at a time.
 *
 * <p>A head is tried at {@link #FIRST_TRIAL} labels and every {@link #STEP} further ones, and takes
 * over when it passes. While one is in use, every new label is first asked of it and of the prior;
 * when it is surely worse on these ({@link HeadWatch}), the prior is back at once, and the next
 * trial waits as long as the first.
 */
final class TenantLearning {

  /** Labels before the first trial. */
  static final int FIRST_TRIAL = 100;

  /** Labels between two trials. */
  static final int STEP = 25;

  /** The same while a head is in use: more than until its first look, which a new one puts off. */
  static final int STEP_IN_USE = 50;

  private static final int QUANTILES = 51;

  /** What a label led to. */
  enum Outcome {
    /** Counted. */
    LEARNED,
    /** The head in use, or the prior, stays. */
    KEPT,
    /** A head took over. */
    PROMOTED,
    /** The prior is back. */
    ROLLED_BACK
  }

  private final int capacity;
  private final Deque<TrafficLabel> labels = new ArrayDeque<>();
  private final PromptReservoir asked = new PromptReservoir();
  private int untilTrial = FIRST_TRIAL;
  private long taken;
  private int versions;
  private HeadWatch watch = new HeadWatch();
  private volatile int size;
  private volatile @Nullable ActiveHead active;
  private volatile @Nullable HeadTrial lastTrial;

  /**
   * A tenant without labels.
   *
   * @param capacity newest labels that are kept, {@link #FIRST_TRIAL} or more
   */
  TenantLearning(int capacity) {
    this.capacity = capacity;
  }

  /** The head in use; null for the prior. */
  @Nullable ActiveHead active() {
    return active;
  }

  /** The last trial's figures; null before the first. */
  @Nullable HeadTrial lastTrial() {
    return lastTrial;
  }

  /**
   * Goes on where an earlier process ended, without looking at each label that the head in use was
   * fitted to. Labels that came later are held against it as they were then.
   *
   * @param saved the last promotion or roll-back; null before the first
   */
  Outcome restore(LabelFile.Earlier earlier, @Nullable SavedHead saved) {
    taken = earlier.taken() - earlier.labels().size();
    earlier.labels().forEach(this::keep);
    if (saved == null) {
      return tryAfter(FIRST_TRIAL - labels.size());
    }
    versions = saved.version();
    taken = Math.max(taken, saved.taken());
    long since = taken - saved.taken();
    SavedHead.Fit fit = saved.fit();
    if (fit == null) {
      return tryAfter(
          since < FIRST_TRIAL ? FIRST_TRIAL - since : STEP - (since - FIRST_TRIAL) % STEP);
    }
    LearnedHead head = LearnedHead.fit(fit.labels().stream().map(TrafficLabel::prompt).toList());
    ActiveHead again = new ActiveHead(head, fit.quantiles(), fit.scale(), versions);
    active = again;
    untilTrial = (int) Math.max(STEP_IN_USE - since % STEP_IN_USE, FIRST_TRIAL - labels.size());
    return isWorseSince(since, again) ? rolledBack() : Outcome.LEARNED;
  }

  /**
   * Goes on when nobody knows which versions there were: each took a label at least, so the next
   * one is a number that none of them had.
   */
  Outcome restoreWithoutHead(LabelFile.Earlier earlier) {
    versions = (int) Math.min(earlier.taken(), Integer.MAX_VALUE / 2);
    return restore(earlier, null);
  }

  private Outcome tryAfter(long more) {
    untilTrial = (int) Math.max(Math.max(more, FIRST_TRIAL - labels.size()), 0);
    return untilTrial > 0 ? Outcome.LEARNED : tryNow();
  }

  private boolean isWorseSince(long since, ActiveHead head) {
    watch.skip(Math.max(since - labels.size(), 0));
    boolean worse = false;
    for (TrafficLabel label : labels.stream().skip(Math.max(labels.size() - since, 0)).toList()) {
      worse = worse || isWorseWith(label, head);
    }
    return worse;
  }

  private Outcome rolledBack() {
    active = null;
    untilTrial = FIRST_TRIAL;
    return Outcome.ROLLED_BACK;
  }

  /**
   * What is to be kept of a promotion or a roll-back, when {@link #learn} or so has just told it.
   */
  SavedHead saved() {
    ActiveHead head = active;
    return new SavedHead(
        versions,
        taken,
        head == null ? null : new SavedHead.Fit(labels(), head.scale(), head.quantiles()));
  }

  /** Takes a label; computes for some seconds when a trial is due. */
  Outcome learn(TrafficLabel label) {
    ActiveHead head = active;
    keep(label);
    if (head != null && isWorseWith(label, head)) {
      return rolledBack();
    }
    untilTrial--;
    return untilTrial > 0 ? Outcome.LEARNED : tryNow();
  }

  /** Takes labels that were measured elsewhere; computes for some seconds when a trial is due. */
  Outcome learnAll(List<TrafficLabel> imported) {
    imported.forEach(this::keep);
    untilTrial -= Math.min(imported.size(), untilTrial);
    return untilTrial > 0 ? Outcome.LEARNED : tryNow();
  }

  /** The prompts asked of late, from any thread. */
  PromptReservoir asked() {
    return asked;
  }

  /** Has the head in use, if any, count its quantiles anew; computes for some 0.1 s. */
  void renewQuantiles() {
    ActiveHead head = active;
    if (head != null) {
      active =
          new ActiveHead(
              head.head(), ofTraffic(head.head(), head.quantiles()), head.scale(), head.version());
    }
  }

  int size() {
    return size;
  }

  /** The labels that are kept, oldest first. */
  List<TrafficLabel> labels() {
    return List.copyOf(labels);
  }

  /** Labels that were ever taken. */
  long taken() {
    return taken;
  }

  private void keep(TrafficLabel label) {
    taken++;
    labels.addLast(label);
    while (labels.size() > capacity) {
      labels.removeFirst();
    }
    size = labels.size();
  }

  /** Imported labels are not held against a head: they are no traffic that it was asked about. */
  private boolean isWorseWith(TrafficLabel label, ActiveHead head) {
    if (label.origin().equals(TrafficLabel.IMPORT)) {
      return false;
    }
    var prompt = label.prompt();
    return watch.isWorseWith(
        label, head.head().expectedGain(prompt.embedding(), prompt.features(), prompt.prior()));
  }

  private Outcome tryNow() {
    untilTrial = active == null ? STEP : STEP_IN_USE;
    List<TrafficLabel> all = new ArrayList<>(labels);
    HeadTrial trial = HeadTrial.of(all);
    lastTrial = trial;
    if (!trial.passed()) {
      return Outcome.KEPT;
    }
    LearnedHead head = LearnedHead.fit(all.stream().map(TrafficLabel::prompt).toList());
    double[] weights = all.stream().mapToDouble(TrafficLabel::weight).toArray();
    QuantileTable labelled = QuantileTable.ofSample(trial.scores(), weights, QUANTILES);
    active = new ActiveHead(head, ofTraffic(head, labelled), trial.scale(), ++versions);
    watch = new HeadWatch();
    untilTrial = STEP_IN_USE;
    return Outcome.PROMOTED;
  }

  /** Labels alone are no sample of the traffic: what is hard may never get one. */
  private QuantileTable ofTraffic(LearnedHead head, QuantileTable otherwise) {
    List<LabelledPrompt> sample = asked.prompts();
    if (sample.size() < PromptReservoir.LEAST) {
      return otherwise;
    }
    double[] scores =
        sample.stream()
            .mapToDouble(one -> head.expectedGain(one.embedding(), one.features(), one.prior()))
            .toArray();
    double[] alike = new double[scores.length];
    Arrays.fill(alike, 1);
    return QuantileTable.ofSample(scores, alike, QUANTILES);
  }
}
