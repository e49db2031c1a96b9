package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.Tier;
import java.util.List;

/**
 * Short prompts to the cheap tier, long ones to the quality tier: the rule others ship, kept to
 * compare against.
 */
final class PromptLengthPolicy implements RoutingPolicy {

  private final RoutingConfig config;

  PromptLengthPolicy(RoutingConfig config) {
    this.config = config;
  }

  @Override
  public PolicyName name() {
    return PolicyName.PROMPT_LENGTH;
  }

  @Override
  public Ranking rank(RouteQuery query, List<Candidate> feasible) {
    boolean isShort = query.promptCharacters() <= config.promptLength();
    return isShort
        ? new Ranking(Reason.PROMPT_SHORT, TierOrder.around(Tier.CHEAP, feasible))
        : new Ranking(Reason.PROMPT_LONG, TierOrder.around(Tier.QUALITY, feasible));
  }
}
