package dev.fairlead.gateway.budget;

import dev.fairlead.gateway.keys.Owner;
import dev.fairlead.gateway.keys.SpendLimits;

/**
 * One whose budget a request counts against.
 *
 * @param tenant the tenant, under whose name all of its spenders are kept together
 * @param kind at which level
 * @param id unique among spenders of its kind
 * @param limits per day, month and altogether; 0 for none
 */
public record Spender(String tenant, Owner.Kind kind, String id, SpendLimits limits) {

  /** The periods that a budget can be for. */
  public enum Window {
    /** A day of UTC. */
    DAY,
    /** A calendar month of UTC. */
    MONTH,
    /** All time. */
    TOTAL;

    /** The limit for it in nano-dollars, 0 for none. */
    public long limit(SpendLimits limits) {
      return switch (this) {
        case DAY -> limits.dayNanoUsd();
        case MONTH -> limits.monthNanoUsd();
        case TOTAL -> limits.totalNanoUsd();
      };
    }
  }
}
