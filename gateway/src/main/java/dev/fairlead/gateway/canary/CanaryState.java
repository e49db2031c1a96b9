package dev.fairlead.gateway.canary;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a canary has come. Immutable.
 *
 * @param baseline catalogue id that it was begun with
 * @param candidate catalogue id that it was begun with
 * @param stage 0 for no traffic, else position in the configured stages, from 1
 * @param window tries of the present stage
 * @param history the last {@link #HISTORY} changes of stage, oldest first
 */
public record CanaryState(
    String baseline, String candidate, int stage, CanaryWindow window, List<Transition> history) {

  static final int HISTORY = 100;

  /** Copies. */
  public CanaryState {
    history = List.copyOf(history);
  }

  /** A canary that has not begun. */
  public static CanaryState initial(CanaryConfig config) {
    return new CanaryState(config.baseline(), config.candidate(), 0, CanaryWindow.EMPTY, List.of());
  }

  /** Whether it is about the configured models, and not about those of an earlier configuration. */
  public boolean isOf(CanaryConfig config) {
    return baseline.equals(config.baseline()) && candidate.equals(config.candidate());
  }

  CanaryState at(int next, Instant now, String reason) {
    List<Transition> changes = new ArrayList<>(history);
    changes.add(new Transition(now, stage, next, reason));
    List<Transition> kept = changes.subList(Math.max(0, changes.size() - HISTORY), changes.size());
    return new CanaryState(baseline, candidate, next, CanaryWindow.EMPTY, kept);
  }

  CanaryState with(CanaryWindow seen) {
    return new CanaryState(baseline, candidate, stage, seen, history);
  }
}
