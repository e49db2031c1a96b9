package dev.fairlead.gateway.pipeline;

import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.budget.BudgetConfig;
import dev.fairlead.gateway.budget.Budgets;
import dev.fairlead.gateway.budget.Reservation;
import dev.fairlead.gateway.budget.Spender;
import dev.fairlead.gateway.ledger.PromptClass;
import dev.fairlead.gateway.routing.CostCap;
import dev.fairlead.gateway.routing.Decision;
import dev.fairlead.gateway.routing.RouteQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What a decision costs at most, and what of it a reservation pays for: the answer's length is
 * bounded by the money that is held, on every model that may answer.
 */
final class BudgetHold {

  private final InferenceCall call;
  private final Decision decision;
  private final RouteQuery query;

  BudgetHold(InferenceCall call, Decision decision, RouteQuery query) {
    this.call = call;
    this.decision = decision;
    this.query = query;
  }

  private BudgetConfig config() {
    return call.pipeline.accounting.budgets().config();
  }

  /** Whether what is held pays for all that the decision can cost. */
  boolean covers(Reservation held) {
    ModelSpec first = decision.first();
    return held.nanoUsd() >= CostCap.cost(query, first, mostTokens(first));
  }

  /**
   * Reserves.
   *
   * @param held what is too little, and is given back in the same step; null for nothing
   */
  CompletionStage<@Nullable Reservation> reserve(
      List<Spender> spenders, @Nullable Reservation held) {
    ModelSpec first = decision.first();
    long most = mostTokens(first);
    long likely =
        Math.min(
            most,
            call.pipeline
                .accounting
                .lengths()
                .quantile(
                    first.id(),
                    PromptClass.of(query.needs(), call.request.facts().promptCharacters()),
                    config().quantile())
                .orElse(config().expectedOutputTokens()));
    long least = Long.MAX_VALUE;
    for (ModelSpec model : decision.order()) {
      least = Math.min(least, CostCap.cost(query, model, leastTokens(model)));
    }
    long full = CostCap.cost(query, first, most);
    long enough = CostCap.cost(query, first, likely);
    Budgets budgets = call.pipeline.accounting.budgets();
    return held == null
        ? budgets.reserve(spenders, full, enough, least)
        : budgets.exchange(held, full, enough, least);
  }

  /** The decision as far as the money goes. */
  Decision within(Reservation held) {
    List<ModelSpec> order = new ArrayList<>();
    long bound = decision.maxOutputTokens().orElse(Integer.MAX_VALUE);
    for (ModelSpec model : decision.order()) {
      long affordable = CostCap.affordableTokens(query, model, held.nanoUsd());
      if (affordable >= leastTokens(model)) {
        order.add(model);
        bound = Math.min(bound, Math.min(affordable, mostTokens(model)));
      }
    }
    if (order.isEmpty()) {
      throw new Failure.BudgetExceeded(
              "what is left of the budget does not pay for an answer",
              Failure.BudgetExceeded.Kind.QUOTA)
          .asException();
    }
    return new Decision(
        decision.policy(),
        decision.reason(),
        order,
        decision.candidates(),
        decision.complexity(),
        decision.estimatedCostNanoUsd(),
        OptionalInt.of((int) Math.max(1, bound)),
        decision.propensityOf(order.getFirst().id()));
  }

  private long leastTokens(ModelSpec model) {
    return Math.min(CostCap.leastTokens(query), mostTokens(model));
  }

  private long mostTokens(ModelSpec model) {
    long bound = decision.maxOutputTokens().orElse(Integer.MAX_VALUE);
    return mostTokens(query, model, bound, config().unboundedOutputTokens());
  }

  /**
   * Longest answer of one choice that the request and the model allow.
   *
   * @param unbounded what is assumed where neither says
   */
  static long mostTokens(RouteQuery query, ModelSpec model, long bound, int unbounded) {
    if (query.needs().contains(Capability.EMBEDDINGS)) {
      return 0;
    }
    long most = bound;
    if (query.maxOutputTokens() > 0) {
      most = Math.min(most, query.maxOutputTokens());
    }
    if (model.maxOutputTokens() > 0) {
      return Math.min(most, model.maxOutputTokens());
    }
    return query.maxOutputTokens() > 0 ? most : Math.min(most, unbounded);
  }
}
