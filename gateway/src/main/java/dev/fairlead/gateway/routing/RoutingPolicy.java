package dev.fairlead.gateway.routing;

import java.util.List;

/**
 * Orders models that can all serve a request. One instance serves all threads and does not block;
 * what it learns from requests, if anything, is its own and bounded.
 */
interface RoutingPolicy {

  /** Its name. */
  PolicyName name();

  /** Whether it wants the prompt's complexity. */
  default boolean needsComplexity() {
    return false;
  }

  /**
   * The order in which to try the candidates, and why the first is first.
   *
   * @param feasible in configured order; at least one
   */
  Ranking rank(RouteQuery query, List<Candidate> feasible);

  /**
   * An order with its reason.
   *
   * @param propensity probability with which the policy puts a model of this tier first for this
   *     prompt, above 0 to 1
   */
  record Ranking(Reason reason, List<Candidate> order, double propensity) {

    /** An order that leaves nothing to chance. */
    Ranking(Reason reason, List<Candidate> order) {
      this(reason, order, 1);
    }
  }
}
