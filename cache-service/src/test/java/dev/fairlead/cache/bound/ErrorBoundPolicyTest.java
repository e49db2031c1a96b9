package dev.fairlead.cache.bound;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.bound.ServePolicy.Decision;
import dev.fairlead.cache.bound.ServePolicy.Estimate;
import dev.fairlead.cache.bound.ServePolicy.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorBoundPolicyTest {

  private static final Group GROUP = new Group("acme", "auto");
  private static final double VERIFY_SHARE = 0.1;

  /**
   * A stream of requests in which the probability of being right rises with similarity and margin.
   */
  private static final class Traffic {
    final Random random;
    final ServePolicy policy;
    int requests;
    int served;
    int servedWrong;
    int checked;

    Traffic(ServePolicy policy, long seed) {
      this.policy = policy;
      this.random = new Random(seed);
    }

    void run(int count, double badShare) {
      for (int i = 0; i < count; i++) {
        requests++;
        policy.seen(GROUP);
        double similarity = 0.7 + 0.3 * Math.sqrt(random.nextDouble());
        double margin = 0.2 * random.nextDouble();
        double right = 1 / (1 + Math.exp(-(40 * (similarity - 0.86) + 8 * (margin - 0.05))));
        boolean correct = random.nextDouble() < right && random.nextDouble() >= badShare;
        Evidence evidence = Evidence.alone(similarity, margin);
        Verdict verdict = policy.decide(GROUP, "id", evidence);
        if (verdict.decision() == Decision.SERVE) {
          served++;
          servedWrong += correct ? 0 : 1;
        } else {
          boolean wouldServe = verdict.decision() == Decision.VERIFY;
          checked += wouldServe ? 1 : 0;
          policy.learn(new Label(GROUP, "id", evidence, wouldServe, verdict.weight(), correct, 0));
        }
      }
    }

    double wrongShare() {
      return (double) servedWrong / requests;
    }
  }

  private static ErrorBoundPolicy policy(double bound, long seed) {
    Random random = new Random(seed);
    return new ErrorBoundPolicy(bound, VERIFY_SHARE, random::nextDouble, LabelLog.none());
  }

  @Test
  void nothing_isServed_beforeTheFirstLabels() {
    Traffic traffic = new Traffic(policy(0.05, 1), 1);
    traffic.run(GroupController.FIRST_LABELS - 1, 0);
    assertThat(traffic.served).isZero();
    assertThat(traffic.policy.standing().operatingSimilarity()).isNull();
    assertThat(traffic.policy.standing().falseHits()).isNull();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.02, 0.05})
  void wrongAnswers_stayNearTheBound_andHitsAreMade(double bound) {
    double wrong = 0;
    for (long seed = 0; seed < 5; seed++) {
      Traffic traffic = new Traffic(policy(bound, seed), seed + 100);
      traffic.run(8000, 0);
      wrong += traffic.wrongShare() / 5;
      assertThat(traffic.wrongShare()).as("seed " + seed).isLessThan(1.6 * bound);
      assertThat((double) traffic.served / traffic.requests).as("seed " + seed).isGreaterThan(0.2);
    }
    assertThat(wrong).isLessThanOrEqualTo(1.25 * bound);
  }

  @Test
  void nothingMuch_isServed_whenSimilaritySaysNothing() {
    Traffic traffic = new Traffic(policy(0.01, 3), 3);
    traffic.run(8000, 0.5);
    assertThat(traffic.wrongShare()).isLessThan(0.016);
  }

  @Test
  void serving_shrinks_whenAnswersBecomeWrong() {
    Traffic traffic = new Traffic(policy(0.02, 4), 4);
    traffic.run(4000, 0);
    int before = traffic.served;
    traffic.run(4000, 0.6);
    int wrongBefore = traffic.servedWrong;
    int during = traffic.served;
    traffic.run(4000, 0.6);
    assertThat(before).isGreaterThan(400);
    assertThat(traffic.served - during).isLessThan(before / 2);
    assertThat(traffic.servedWrong - wrongBefore).isLessThan(200);
  }

  @Test
  void estimate_coversTheTruth_almostAlways() {
    int covered = 0;
    for (long seed = 0; seed < 20; seed++) {
      Traffic traffic = new Traffic(policy(0.05, seed), seed + 200);
      traffic.run(4000, 0);
      Estimate estimate = Objects.requireNonNull(traffic.policy.standing().falseHits());
      double truth = traffic.wrongShare();
      covered += truth >= estimate.low() && truth <= estimate.high() ? 1 : 0;
      assertThat(estimate.high()).isLessThan(0.2);
      assertThat(traffic.policy.standing().operatingSimilarity()).isNotNull().isBetween(0.5, 1.0);
    }
    assertThat(covered).isGreaterThanOrEqualTo(17);
  }

  @Test
  void groups_doNotServe_onTheEvidenceOfOthers() {
    Traffic traffic = new Traffic(policy(0.05, 6), 6);
    traffic.run(3000, 0);
    assertThat(traffic.served).isPositive();
    Verdict verdict =
        traffic.policy.decide(new Group("globex", "auto"), "id", new Evidence(1, 0.3, 7, 1, 5, 0));
    assertThat(verdict).isEqualTo(Verdict.REFUSED);
  }

  @Test
  void replicas_learnTheSame_fromSharedLabels() {
    ErrorBoundPolicy here = policy(0.05, 7);
    ErrorBoundPolicy there = policy(0.05, 7);
    Random random = new Random(7);
    for (int i = 0; i < 1000; i++) {
      here.seen(GROUP);
      double similarity = 0.7 + 0.3 * random.nextDouble();
      Label label =
          new Label(GROUP, "id", Evidence.alone(similarity, 0.1), false, 1, similarity > 0.85, 0);
      here.learn(label);
      there.learn(label.withRequests(here.takeUntold(GROUP)));
    }
    assertThat(there.standing()).isEqualTo(here.standing());
    assertThat(here.standing().operatingSimilarity()).isNotNull();
  }

  /** A log as Redis keeps it, in memory. */
  private static final class MemoryLog implements LabelLog {
    final List<Label> kept = new ArrayList<>();

    @Override
    public void append(Label label) {
      kept.add(label);
    }

    @Override
    public CompletableFuture<List<Label>> read(Group group) {
      return CompletableFuture.completedFuture(
          kept.stream().filter(label -> label.group().equals(group)).toList());
    }
  }

  @Test
  void restart_knowsWhatWasLearned_fromTheLog() {
    MemoryLog log = new MemoryLog();
    ErrorBoundPolicy before = new ErrorBoundPolicy(0.05, VERIFY_SHARE, () -> 0.5, log);
    Random random = new Random(8);
    for (int i = 0; i < 640; i++) {
      before.seen(GROUP);
      before.seen(GROUP);
      double similarity = 0.7 + 0.3 * random.nextDouble();
      Label label =
          new Label(GROUP, "id", Evidence.alone(similarity, 0.1), false, 1, similarity > 0.85, 0);
      before.learn(label);
      log.append(label.withRequests(before.takeUntold(GROUP)));
    }
    ErrorBoundPolicy after = new ErrorBoundPolicy(0.05, VERIFY_SHARE, () -> 0.5, log);
    after.seen(GROUP);
    assertThat(after.decide(GROUP, "id", Evidence.alone(0.99, 0.1)).decision())
        .isEqualTo(Decision.SERVE);
    assertThat(after.decide(GROUP, "id", Evidence.alone(0.75, 0.1)).decision())
        .isEqualTo(Decision.REFUSE);
    assertThat(after.standing().operatingSimilarity())
        .isEqualTo(before.standing().operatingSimilarity());
    before.reload();
    assertThat(before.standing().operatingSimilarity())
        .isEqualTo(after.standing().operatingSimilarity());
  }

  @Test
  void whatIsKnown_stays_whenTheLogWasEmptied() {
    MemoryLog log = new MemoryLog();
    Random random = new Random(12);
    ErrorBoundPolicy policy = new ErrorBoundPolicy(0.05, VERIFY_SHARE, random::nextDouble, log);
    new Traffic(policy, 12).run(4000, 0);
    ServePolicy.Standing before = policy.standing();
    assertThat(before.falseHits()).isNotNull();
    log.append(new Label(GROUP, "id", Evidence.alone(0.9, 0.1), false, 1, true, 1));
    policy.reload();
    assertThat(policy.standing()).isEqualTo(before);
  }

  @Test
  void memory_isBounded_overGroups_andALogBringsBackWhatWasForgotten() {
    MemoryLog log = new MemoryLog();
    ErrorBoundPolicy policy =
        new ErrorBoundPolicy(0.05, VERIFY_SHARE, () -> 0.5, log, 10 * GroupController.WINDOW);
    Evidence sure = Evidence.alone(0.99, 0.1);
    List<Group> groups = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Group group = new Group("tenant-" + i, "auto");
      groups.add(group);
      for (int request = 0; request < GroupController.WINDOW / 2; request++) {
        policy.seen(group);
        double similarity = 0.7 + 0.3 * (request % 100) / 100;
        Evidence evidence = Evidence.alone(similarity, 0.1);
        Label label = new Label(group, "id", evidence, false, 1, similarity > 0.85, 0);
        policy.learn(label);
        log.append(label.withRequests(1));
      }
    }
    assertThat(policy.labelsKept()).isBetween(1L, 10L * GroupController.WINDOW);
    for (Group group : groups) {
      policy.seen(group);
      assertThat(policy.decide(group, "id", sure).decision()).isEqualTo(Decision.SERVE);
    }
    assertThat(policy.labelsKept()).isBetween(1L, 10L * GroupController.WINDOW);
  }

  @Test
  void agreement_ofNeighbours_isLearned() {
    ErrorBoundPolicy policy = policy(0.02, 9);
    Random random = new Random(9);
    for (int i = 0; i < 2000; i++) {
      policy.seen(GROUP);
      boolean agree = random.nextBoolean();
      boolean correct = agree || random.nextDouble() < 0.6;
      policy.learn(new Label(GROUP, "id", surrounded(0.85, agree), false, 1, correct, 0));
    }
    assertThat(policy.decide(GROUP, "id", surrounded(0.85, true)).decision())
        .isNotEqualTo(Decision.REFUSE);
    assertThat(policy.decide(GROUP, "id", surrounded(0.85, false)).decision())
        .isEqualTo(Decision.REFUSE);
  }

  private static Evidence surrounded(double similarity, boolean agree) {
    return agree
        ? new Evidence(similarity, 0.2, 5, 0.9, 0, 0)
        : new Evidence(similarity, 0.01, 0, 0.3, 0, 0);
  }

  @Test
  void checks_becomeFewer_asEvidenceGrows() {
    Traffic traffic = new Traffic(policy(0.05, 10), 10);
    traffic.run(2000, 0);
    double early = (double) traffic.checked / (traffic.checked + traffic.served);
    int checkedBefore = traffic.checked;
    int servedBefore = traffic.served;
    traffic.run(12_000, 0);
    int checked = traffic.checked - checkedBefore;
    double late = (double) checked / (checked + traffic.served - servedBefore);
    assertThat(early).isBetween(0.04, 0.2);
    assertThat(late).isBetween(0.02, 0.7 * early);
  }

  @Test
  void wrongRatings_lowerTheEstimate_ofWhatMayBeServed() {
    ErrorBoundPolicy policy = policy(0.02, 11);
    Traffic traffic = new Traffic(policy, 11);
    traffic.run(4000, 0);
    Estimate before = Objects.requireNonNull(policy.standing().falseHits());
    for (int i = 0; i < 64; i++) {
      policy.learn(new Label(GROUP, "id", Evidence.alone(0.97, 0.1), true, 1, false, 0));
    }
    assertThat(Objects.requireNonNull(policy.standing().falseHits()).value())
        .isGreaterThan(before.value());
    assertThat(policy.decide(GROUP, "id", Evidence.alone(0.93, 0.05)).decision())
        .isEqualTo(Decision.REFUSE);
  }

  @Test
  void threshold_servesFromItsSimilarityOn() {
    ThresholdPolicy policy = new ThresholdPolicy(0.9);
    assertThat(policy.decide(GROUP, "id", Evidence.alone(0.9, 0))).isEqualTo(Verdict.SERVED);
    assertThat(policy.decide(GROUP, "id", Evidence.alone(0.8999, 0))).isEqualTo(Verdict.REFUSED);
  }
}
