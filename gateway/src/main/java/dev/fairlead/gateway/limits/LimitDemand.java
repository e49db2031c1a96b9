package dev.fairlead.gateway.limits;

import dev.fairlead.gateway.keys.Owner;
import java.util.List;

/**
 * A request that wants to be let in.
 *
 * @param permit unique name of the request, for the limit of concurrent ones
 * @param owners whom it counts against; only those with limits
 * @param scope what all owners have in common, their tenant
 * @param tokens expected tokens of prompt and answer, 0 or more
 */
public record LimitDemand(String permit, String scope, List<Owner> owners, long tokens) {

  /** Copies. */
  public LimitDemand {
    owners = List.copyOf(owners);
  }
}
