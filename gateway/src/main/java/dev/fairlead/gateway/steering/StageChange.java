package dev.fairlead.gateway.steering;

import dev.fairlead.gateway.canary.CanaryState;

/**
 * What a step of an operator did to the canary, as the shared document had it: another replica may
 * have been first, so what a replica knew beforehand is not what was changed.
 *
 * @param before the state that the step was made from
 * @param after the state afterwards; the same when the step was not allowed or had nothing to do
 */
public record StageChange(CanaryState before, CanaryState after) {

  /** Whether the stage is another one. */
  public boolean moved() {
    return before.stage() != after.stage();
  }
}
