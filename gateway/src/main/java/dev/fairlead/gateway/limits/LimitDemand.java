package dev.fairlead.gateway.limits;

import dev.fairlead.gateway.budget.Reservation;
import dev.fairlead.gateway.keys.Owner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that wants to be let in.
 *
 * @param permit unique name of the request, for the limit of concurrent ones
 * @param owners whom it counts against; only those with limits
 * @param scope what all owners have in common, their tenant
 * @param tokens expected tokens of prompt and answer, 0 or more
 * @param wish money to hold in the same step, if the store can and there is plenty; whether it was
 *     held changes nothing about being let in
 */
public record LimitDemand(
    String permit, String scope, List<Owner> owners, long tokens, @Nullable Reservation wish) {

  /** Copies. */
  public LimitDemand {
    owners = List.copyOf(owners);
  }

  /** Without money. */
  public LimitDemand(String permit, String scope, List<Owner> owners, long tokens) {
    this(permit, scope, owners, tokens, null);
  }
}
