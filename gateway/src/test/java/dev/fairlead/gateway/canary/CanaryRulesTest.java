package dev.fairlead.gateway.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fairlead.gateway.slo.Objective;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CanaryRulesTest {

  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final Objective OBJECTIVE = new Objective("default", 1000, 0, 0.99);

  private static CanaryConfig config(boolean auto) {
    return new CanaryConfig("base", "new", List.of(1.0, 5.0, 25.0), 200, 2.0, auto, 0.01);
  }

  private final CanaryConfig config = config(false);
  private final CanaryRules rules = new CanaryRules(config, OBJECTIVE);
  private final CanaryState first = rules.advanced(CanaryState.initial(config), false, NOW);

  private CanaryState after(CanaryState state, TryResult result, int count) {
    return rules.after(state, Collections.nCopies(count, result), NOW);
  }

  @Test
  void stageZero_countsNothing() {
    CanaryState initial = CanaryState.initial(config);
    assertThat(after(initial, TryResult.FAILED, 100)).isEqualTo(initial);
  }

  @Test
  void brokenCandidate_isRolledBack_afterAFewTries() {
    CanaryState state = first;
    int tries = 0;
    while (state.stage() == 1) {
      state = after(state, TryResult.FAILED, 1);
      tries++;
    }
    assertThat(tries).isBetween(2, 6);
    assertThat(state.stage()).isZero();
    assertThat(state.history().getLast().reason()).isEqualTo(Transition.ROLLBACK);
    assertThat(state.window().samples()).isZero();
  }

  @Test
  void slowCandidate_isRolledBack() {
    CanaryState state = after(first, TryResult.GOOD, 50);
    state = after(state, TryResult.SLOW, 50);
    assertThat(state.history().getLast().reason()).isEqualTo(Transition.ROLLBACK);
  }

  @Test
  void oneFailure_isNoise() {
    assertThat(after(first, TryResult.FAILED, 1).stage()).isEqualTo(1);
  }

  @Test
  void healthyCandidate_isHardlyEverRolledBack_howeverOftenOneLooks() {
    Random random = new Random(42);
    int rolledBack = 0;
    for (int run = 0; run < 1000; run++) {
      CanaryState state = first;
      for (int i = 0; i < 200 && state.stage() == 1; i++) {
        boolean failed = random.nextDouble() < 0.02;
        state = after(state, failed ? TryResult.FAILED : TryResult.GOOD, 1);
      }
      rolledBack += state.stage() == 0 ? 1 : 0;
    }
    // At the very border of what is borne; accepted: 1 %.
    assertThat(rolledBack).isLessThanOrEqualTo(20);
  }

  @Test
  void candidateWithFiveTimesTheFailures_isNearlyAlwaysRolledBack() {
    Random random = new Random(43);
    int rolledBack = 0;
    for (int run = 0; run < 300; run++) {
      CanaryState state = first;
      for (int i = 0; i < 400 && state.stage() == 1; i++) {
        boolean failed = random.nextDouble() < 0.10;
        state = after(state, failed ? TryResult.FAILED : TryResult.GOOD, 1);
      }
      rolledBack += state.stage() == 0 ? 1 : 0;
    }
    assertThat(rolledBack).isGreaterThan(290);
  }

  @Test
  void goodWindow_advancesByItself_onlyWhenAskedTo() {
    assertThat(after(first, TryResult.GOOD, 200).stage()).isEqualTo(1);
    CanaryRules automatic = new CanaryRules(config(true), OBJECTIVE);
    List<TryResult> good = Collections.nCopies(199, TryResult.GOOD);
    CanaryState almost = automatic.after(first, good, NOW);
    assertThat(almost.stage()).isEqualTo(1);
    CanaryState next = automatic.after(almost, List.of(TryResult.GOOD), NOW);
    assertThat(next.stage()).isEqualTo(2);
    assertThat(next.window().samples()).isZero();
    assertThat(next.history().getLast().reason()).isEqualTo(Transition.ADVANCE);
  }

  @Test
  void automatic_waits_whenTheWindowProvesNothing() {
    CanaryRules automatic = new CanaryRules(config(true), OBJECTIVE);
    CanaryState state = automatic.after(first, Collections.nCopies(3, TryResult.FAILED), NOW);
    assertThat(state.stage()).as("three at once are evidence").isZero();
    CanaryState doubtful = first;
    for (int i = 0; i < 200; i++) {
      TryResult result = i % 66 == 65 ? TryResult.FAILED : TryResult.GOOD;
      doubtful = automatic.after(doubtful, List.of(result), NOW);
    }
    assertThat(doubtful.stage()).isEqualTo(1);
  }

  @Test
  void operator_mayAdvance_fromStageZeroOrOnAFullGoodWindow() {
    assertThat(rules.mayAdvance(CanaryState.initial(config))).isTrue();
    assertThat(rules.mayAdvance(after(first, TryResult.GOOD, 199))).isFalse();
    assertThat(rules.mayAdvance(after(first, TryResult.GOOD, 200))).isTrue();
  }

  @Test
  void window_slides_andBurnIsItsWorseShare() {
    CanaryState state = after(after(first, TryResult.GOOD, 150), TryResult.SLOW, 10);
    state = after(state, TryResult.GOOD, 90);
    assertThat(state.window().samples()).isEqualTo(200);
    assertThat(rules.burn(state)).isCloseTo(10 / 200.0 / 0.05, within(1e-9));
  }

  @Test
  void lastStage_andStageZero_areEnds() {
    CanaryState last = first;
    for (int i = 0; i < 5; i++) {
      last = rules.advanced(last, true, NOW);
    }
    assertThat(last.stage()).isEqualTo(3);
    CanaryState initial = CanaryState.initial(config);
    assertThat(rules.rolledBack(initial, NOW)).isSameAs(initial);
  }

  @Test
  void history_isBounded() {
    CanaryState state = CanaryState.initial(config);
    for (int i = 0; i < 300; i++) {
      state = rules.rolledBack(rules.advanced(state, true, NOW), NOW);
    }
    assertThat(state.history()).hasSize(CanaryState.HISTORY);
  }
}
