package dev.fairlead.gateway.pipeline;

import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.budget.Budgets;
import dev.fairlead.gateway.budget.Reservation;
import dev.fairlead.gateway.budget.Spender;
import dev.fairlead.gateway.routing.CostCap;
import dev.fairlead.gateway.routing.ModelSelector;
import dev.fairlead.gateway.routing.RouteQuery;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Money that a request asks for while it is let in, before anyone knows who will answer: what it
 * costs on the dearest of the models that may. After routing it is enough for the one that does.
 */
final class DoorWish {

  private final InferencePipeline pipeline;

  DoorWish(InferencePipeline pipeline) {
    this.pipeline = pipeline;
  }

  /** Null for a request that nobody pays for, or that will be refused. */
  @Nullable Reservation of(InferenceRequest request, CallScope scope) {
    List<Spender> spenders = Budgets.spenders(scope.principal());
    Catalog catalog = pipeline.catalogs.current().orElse(null);
    if (spenders.isEmpty() || catalog == null) {
      return null;
    }
    RouteQuery query = pipeline.query(request, scope, null, true);
    long most = -1;
    for (ModelSpec model : candidates(request, query, catalog)) {
      most = Math.max(most, CostCap.cost(query, model, mostTokens(query, model)));
    }
    Long cap = query.maxCostNanoUsd();
    return most < 0
        ? null
        : pipeline.accounting.budgets().wish(spenders, cap == null ? most : Math.min(cap, most));
  }

  private long mostTokens(RouteQuery query, ModelSpec model) {
    return BudgetHold.mostTokens(
        query,
        model,
        Integer.MAX_VALUE,
        pipeline.accounting.budgets().config().unboundedOutputTokens());
  }

  private List<ModelSpec> candidates(InferenceRequest request, RouteQuery query, Catalog catalog) {
    try {
      return switch (pipeline.selector(request, query.caller().grants(), catalog)) {
        case ModelSelector.Explicit explicit -> List.of(explicit.model());
        case ModelSelector.Auto auto ->
            catalog.models().stream()
                .filter(model -> query.caller().grants().allowsModel(model.id()))
                .filter(model -> model.capabilities().containsAll(query.needs()))
                .toList();
      };
    } catch (FailureException refused) {
      return List.of();
    }
  }
}
