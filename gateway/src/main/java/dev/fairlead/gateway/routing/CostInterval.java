package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.TokenUsage;
import java.util.OptionalLong;

/**
 * What a request may cost on a model.
 *
 * @param lowNanoUsd with one output token a choice
 * @param highNanoUsd with as many as the request or the model allows; empty when neither says
 */
public record CostInterval(long lowNanoUsd, OptionalLong highNanoUsd) {

  /** The interval of a request. */
  public static CostInterval of(RouteQuery query, ModelSpec model) {
    long low = model.costNanoUsd(TokenUsage.of(query.promptTokens(), query.choices()));
    long most = query.maxOutputTokens() > 0 ? query.maxOutputTokens() : model.maxOutputTokens();
    if (query.maxOutputTokens() > 0 && model.maxOutputTokens() > 0) {
      most = Math.min(most, model.maxOutputTokens());
    }
    Long cap = query.maxCostNanoUsd();
    if (cap != null && model.price() != null) {
      long affordable = CostCap.affordableTokens(query, model, cap);
      most = affordable < 0 ? most : Math.min(most > 0 ? most : affordable, affordable);
    }
    return new CostInterval(
        low,
        most <= 0
            ? OptionalLong.empty()
            : OptionalLong.of(
                model.costNanoUsd(
                    TokenUsage.of(query.promptTokens(), most * query.choices()))));
  }
}
