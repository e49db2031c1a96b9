package dev.fairlead.cache.bound;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cache.bound.ServePolicy.Decision;
import dev.fairlead.cache.bound.ServePolicy.Estimate;
import java.util.Objects;
import java.util.Random;
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
        Evidence evidence = new Evidence(similarity, margin, 0, 0);
        Decision decision = policy.decide(GROUP, evidence);
        if (decision == Decision.SERVE) {
          served++;
          servedWrong += correct ? 0 : 1;
        } else {
          double weight = policy.weight(decision);
          policy.learn(
              new Label(GROUP, "id", evidence, decision == Decision.VERIFY, weight, correct, 0));
        }
      }
    }

    double wrongShare() {
      return (double) servedWrong / requests;
    }
  }

  private static ErrorBoundPolicy policy(double bound, long seed) {
    Random random = new Random(seed);
    return new ErrorBoundPolicy(bound, VERIFY_SHARE, random::nextDouble);
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
  void estimate_coversTheTruth() {
    Traffic traffic = new Traffic(policy(0.05, 5), 5);
    traffic.run(4000, 0);
    Estimate estimate = Objects.requireNonNull(traffic.policy.standing().falseHits());
    assertThat(traffic.wrongShare()).isBetween(estimate.low(), estimate.high());
    assertThat(estimate.high()).isLessThan(0.2);
    assertThat(traffic.policy.standing().operatingSimilarity()).isNotNull().isBetween(0.7, 1.0);
  }

  @Test
  void groups_doNotServe_onTheEvidenceOfOthers() {
    Traffic traffic = new Traffic(policy(0.05, 6), 6);
    traffic.run(3000, 0);
    assertThat(traffic.served).isPositive();
    Decision decision =
        traffic.policy.decide(new Group("globex", "auto"), new Evidence(1, 0.3, 5, 0));
    assertThat(decision).isEqualTo(Decision.REFUSE);
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
          new Label(
              GROUP, "id", new Evidence(similarity, 0.1, 0, 0), false, 1, similarity > 0.85, 0);
      here.learn(label);
      there.learn(label.withRequests(here.takeUntold(GROUP)));
    }
    assertThat(there.standing()).isEqualTo(here.standing());
    assertThat(here.standing().operatingSimilarity()).isNotNull();
  }

  @Test
  void threshold_servesFromItsSimilarityOn() {
    ThresholdPolicy policy = new ThresholdPolicy(0.9);
    assertThat(policy.decide(GROUP, new Evidence(0.9, 0, 0, 0))).isEqualTo(Decision.SERVE);
    assertThat(policy.decide(GROUP, new Evidence(0.8999, 0, 0, 0))).isEqualTo(Decision.REFUSE);
  }
}
