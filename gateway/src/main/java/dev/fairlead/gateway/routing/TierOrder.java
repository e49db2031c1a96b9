package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.Tier;
import java.util.ArrayList;
import java.util.List;

/**
 * Orders candidates around a wanted tier: that tier, then the higher ones, then the lower ones from
 * the top.
 */
final class TierOrder {

  private TierOrder() {}

  static List<Candidate> around(Tier wanted, List<Candidate> feasible) {
    List<Candidate> order = new ArrayList<>(feasible.size());
    for (int i = wanted.ordinal(); i < Tier.values().length; i++) {
      addTier(order, Tier.values()[i], feasible);
    }
    for (int i = wanted.ordinal() - 1; i >= 0; i--) {
      addTier(order, Tier.values()[i], feasible);
    }
    return order;
  }

  private static void addTier(List<Candidate> order, Tier tier, List<Candidate> feasible) {
    for (Candidate candidate : feasible) {
      if (candidate.model().tier() == tier) {
        order.add(candidate);
      }
    }
  }
}
