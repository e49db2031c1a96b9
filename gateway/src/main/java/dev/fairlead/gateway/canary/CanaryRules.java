package dev.fairlead.gateway.canary;

import dev.fairlead.gateway.slo.Objective;
import java.time.Instant;
import java.util.List;

/**
 * When a canary moves. Immutable and pure, so that replicas which share a state can each apply it.
 *
 * <p>It rolls back as soon as the evidence for too many failures (or too many slow answers) in the
 * window is stronger than noise would make it; it advances by itself only when a full window shows
 * that there are fewer. Between the two it waits.
 */
public final class CanaryRules {

  private static final double SLOW_BUDGET = 0.05;

  private final CanaryConfig config;
  private final double failuresBorne;
  private final double slowBorne;
  private final double failureBudget;

  /**
   * @param objective what is promised of the candidate
   */
  public CanaryRules(CanaryConfig config, Objective objective) {
    this.config = config;
    this.failureBudget = objective.failureBudget();
    this.failuresBorne = Math.min(1, config.burnMultiplier() * failureBudget);
    this.slowBorne = Math.min(1, config.burnMultiplier() * SLOW_BUDGET);
  }

  /** The state after more tries: the window moved on, and the stage if the rules say so. */
  public CanaryState after(CanaryState state, List<TryResult> tries, Instant now) {
    if (state.stage() == 0) {
      return state;
    }
    CanaryState seen = state.with(state.window().with(tries, config.window()));
    if (failing(seen.window())) {
      return seen.at(0, now, Transition.ROLLBACK);
    }
    boolean more = seen.stage() < config.stages().size();
    return config.autoAdvance() && more && proven(seen.window())
        ? seen.at(seen.stage() + 1, now, Transition.ADVANCE)
        : seen;
  }

  /** The next stage, because an operator says so; the same state at the last stage. */
  public CanaryState advanced(CanaryState state, boolean force, Instant now) {
    return state.stage() >= config.stages().size()
        ? state
        : state.at(state.stage() + 1, now, force ? Transition.FORCE : Transition.ADVANCE);
  }

  /** No traffic any more, because an operator says so; the same state at stage 0. */
  public CanaryState rolledBack(CanaryState state, Instant now) {
    return state.stage() == 0 ? state : state.at(0, now, Transition.MANUAL_ROLLBACK);
  }

  /**
   * Whether an operator may advance without force: at stage 0 always, later when the window is full
   * and burns no more than is borne.
   */
  public boolean mayAdvance(CanaryState state) {
    return state.stage() == 0
        || (state.window().samples() >= config.window() && burn(state) <= config.burnMultiplier());
  }

  /** Share of bad tries over what the objective allows, the worse of failures and slow answers. */
  public double burn(CanaryState state) {
    CanaryWindow window = state.window();
    if (window.samples() == 0) {
      return 0;
    }
    double failed = (double) window.count(TryResult.FAILED) / window.samples() / failureBudget;
    double slow = (double) window.count(TryResult.SLOW) / window.samples() / SLOW_BUDGET;
    return Math.max(failed, slow);
  }

  private boolean failing(CanaryWindow window) {
    double enough = 1 / config.significance();
    int all = window.samples();
    return Significance.evidenceAbove(window.count(TryResult.FAILED), all, failuresBorne) >= enough
        || Significance.evidenceAbove(window.count(TryResult.SLOW), all, slowBorne) >= enough;
  }

  private boolean proven(CanaryWindow window) {
    int all = window.samples();
    double noise = Math.max(config.significance(), 0.05);
    return all >= config.window()
        && Significance.chanceOfSoFew(window.count(TryResult.FAILED), all, failuresBorne) <= noise
        && Significance.chanceOfSoFew(window.count(TryResult.SLOW), all, slowBorne) <= noise;
  }
}
