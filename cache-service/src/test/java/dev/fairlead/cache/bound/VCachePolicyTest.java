package dev.fairlead.cache.bound;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.bound.ServePolicy.Decision;
import dev.fairlead.cache.bound.ServePolicy.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VCachePolicyTest {

  private static final Group GROUP = new Group("acme", "auto");

  private static VCachePolicy forgetful(double bound, DoubleSupplier random) {
    return new VCachePolicy(bound, random, LabelLog.none(), Runnable::run);
  }

  private static void learn(ServePolicy policy, String entry, double similarity, boolean correct) {
    policy.learn(new Label(GROUP, entry, Evidence.alone(similarity, 0.1), false, 1, correct, 0));
  }

  private static ServePolicy.Estimate falseHits(ServePolicy policy) {
    return Objects.requireNonNull(policy.standing().falseHits());
  }

  @Test
  void entry_isNotServed_beforeItWasSeenFourTimes() {
    VCachePolicy policy = forgetful(0.2, () -> 0.999);
    for (int i = 0; i < EntryCurve.LEAST - 1; i++) {
      learn(policy, "a", 0.9, true);
    }
    assertThat(policy.decide(GROUP, "a", Evidence.alone(0.99, 0))).isEqualTo(Verdict.REFUSED);
    learn(policy, "a", 0.9, true);
    assertThat(policy.decide(GROUP, "a", Evidence.alone(0.99, 0)).decision())
        .isEqualTo(Decision.SERVE);
    assertThat(policy.decide(GROUP, "b", Evidence.alone(0.99, 0))).isEqualTo(Verdict.REFUSED);
  }

  @Test
  void exploring_isRarer_forNearerRequests_andWithMoreEvidence() {
    EntryCurve curve = new EntryCurve();
    Random random = new Random(1);
    for (int i = 0; i < 30; i++) {
      double similarity = 0.6 + 0.4 * random.nextDouble();
      curve.add(similarity, similarity > 0.8);
    }
    double near = curve.exploring(0.98, 0.05);
    assertThat(near).isLessThan(curve.exploring(0.82, 0.05));
    assertThat(curve.exploring(0.65, 0.05)).isGreaterThan(0.9);
    for (int i = 0; i < 200; i++) {
      double similarity = 0.6 + 0.4 * random.nextDouble();
      curve.add(similarity, similarity > 0.8);
    }
    assertThat(curve.exploring(0.98, 0.05)).isLessThanOrEqualTo(near).isLessThan(0.2);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.02, 0.05, 0.1})
  void wrongAnswers_stayUnderTheBound(double bound) {
    Random random = new Random(5);
    VCachePolicy policy = forgetful(bound, random::nextDouble);
    int served = 0;
    int wrong = 0;
    int requests = 20_000;
    for (int i = 0; i < requests; i++) {
      int entry = random.nextInt(20);
      double threshold = 0.7 + 0.01 * entry;
      double similarity = 0.6 + 0.4 * random.nextDouble();
      boolean correct = random.nextDouble() < 1 / (1 + Math.exp(-60 * (similarity - threshold)));
      String id = "entry-" + entry;
      Verdict verdict = policy.decide(GROUP, id, Evidence.alone(similarity, 0.1));
      if (verdict.decision() == Decision.SERVE) {
        served++;
        wrong += correct ? 0 : 1;
      } else {
        learn(policy, id, similarity, correct);
      }
    }
    assertThat((double) wrong / requests).isLessThanOrEqualTo(bound);
    assertThat((double) served / requests).isGreaterThan(0.1);
  }

  @Test
  void falseHits_areUnknown_beforeAnythingWasServedOrChecked() {
    VCachePolicy policy = forgetful(0.02, () -> 0.5);
    policy.seen(GROUP);
    learn(policy, "a", 0.8, false);

    assertThat(policy.standing().falseHits()).isNull();
    assertThat(policy.standing().labels()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void falseHits_areEstimatedWithAnInterval_fromThoseThatWereChecked(long seed) {
    Random random = new Random(seed);
    VCachePolicy policy = forgetful(0.05, random::nextDouble);
    int requests = 20_000;
    int wrong = 0;
    for (int i = 0; i < requests; i++) {
      int entry = random.nextInt(20);
      double threshold = 0.7 + 0.01 * entry;
      double similarity = 0.6 + 0.4 * random.nextDouble();
      boolean correct = random.nextDouble() < 1 / (1 + Math.exp(-60 * (similarity - threshold)));
      String id = "entry-" + entry;
      Evidence evidence = Evidence.alone(similarity, 0.1);
      policy.seen(GROUP);
      Verdict verdict = policy.decide(GROUP, id, evidence);
      if (verdict.decision() == Decision.SERVE) {
        wrong += correct ? 0 : 1;
      } else {
        boolean wouldServe = verdict.decision() == Decision.VERIFY;
        policy.learn(new Label(GROUP, id, evidence, wouldServe, verdict.weight(), correct, 0));
      }
    }
    double truth = (double) wrong / requests;
    ServePolicy.Estimate estimate = falseHits(policy);
    assertThat(truth).isPositive().isBetween(estimate.low(), estimate.high());
    assertThat(estimate.value()).isBetween(truth / 2, truth * 2);
    assertThat(estimate.high() - estimate.low()).isLessThan(0.05);
  }

  @Test
  void falseHits_areSharesOfTheRequestsOfAllReplicas() {
    VCachePolicy policy = forgetful(0.05, () -> 0.5);
    for (int i = 0; i < 100; i++) {
      policy.seen(GROUP);
    }
    Label checked = new Label(GROUP, "a", Evidence.alone(0.9, 0.1), true, 11, false, 0);
    policy.learn(checked);
    double alone = falseHits(policy).value();
    policy.learn(new Label(GROUP, "b", Evidence.alone(0.7, 0), false, 1, true, 300));

    assertThat(falseHits(policy).value()).isEqualTo(alone / 4);
    assertThat(policy.takeUntold(GROUP)).isEqualTo(100);
    assertThat(policy.takeUntold(GROUP)).isZero();
  }

  /** Labels of entry "a", which is right from 0.8 on. */
  private static List<Label> labels(int count) {
    Random random = new Random(11);
    List<Label> labels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double similarity = 0.6 + 0.4 * random.nextDouble();
      Evidence evidence = Evidence.alone(similarity, 0.1);
      labels.add(new Label(GROUP, "a", evidence, false, 1, similarity > 0.8, 0));
    }
    return labels;
  }

  private static Verdict verdict(ServePolicy policy, double similarity) {
    return policy.decide(GROUP, "a", Evidence.alone(similarity, 0.1));
  }

  @Test
  void restart_knowsTheCurves_fromTheLog() {
    MemoryLog log = new MemoryLog();
    VCachePolicy before = new VCachePolicy(0.05, () -> 0.5, log, Runnable::run);
    before.seen(GROUP);
    for (Label label : labels(200)) {
      before.learn(label);
      log.append(label);
    }
    assertThat(verdict(before, 0.97).decision()).isEqualTo(Decision.SERVE);
    VCachePolicy after = new VCachePolicy(0.05, () -> 0.5, log, Runnable::run);
    after.seen(GROUP);
    for (double similarity = 0.6; similarity < 1; similarity += 0.02) {
      assertThat(verdict(after, similarity))
          .as("at %s", similarity)
          .isEqualTo(verdict(before, similarity));
    }
    assertThat(after.decide(GROUP, "b", Evidence.alone(0.97, 0.1))).isEqualTo(Verdict.REFUSED);
    assertThat(log.reads).as("once a group").isEqualTo(2);
    after.seen(GROUP);
    assertThat(log.reads).isEqualTo(2);
  }

  @Test
  void labelsThatWereMissed_areReadAgain() {
    MemoryLog log = new MemoryLog();
    VCachePolicy policy = new VCachePolicy(0.05, () -> 0.5, log, Runnable::run);
    policy.seen(GROUP);
    labels(200).forEach(log::append);
    assertThat(verdict(policy, 0.97)).isEqualTo(Verdict.REFUSED);
    policy.reload();
    assertThat(verdict(policy, 0.97).decision()).isEqualTo(Decision.SERVE);
  }

  @Test
  void curve_stays_whenTheLogKnowsLessOfIt_orIsAway() {
    MemoryLog log = new MemoryLog();
    VCachePolicy policy = new VCachePolicy(0.05, () -> 0.5, log, Runnable::run);
    policy.seen(GROUP);
    labels(200).forEach(policy::learn);
    log.append(labels(1).getFirst());
    policy.reload();
    assertThat(verdict(policy, 0.97).decision()).isEqualTo(Decision.SERVE);
    log.away = true;
    policy.reload();
    assertThat(verdict(policy, 0.97).decision()).isEqualTo(Decision.SERVE);
  }

  /** A log as Redis keeps it, in memory. */
  private static final class MemoryLog implements LabelLog {
    final List<Label> kept = new ArrayList<>();
    int reads;
    boolean away;

    @Override
    public void append(Label label) {
      kept.add(label);
    }

    @Override
    public CompletableFuture<List<Label>> read(Group group) {
      reads++;
      return away
          ? CompletableFuture.failedFuture(new IllegalStateException("away"))
          : CompletableFuture.completedFuture(List.copyOf(kept));
    }
  }
}
