package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.gateway.pipeline.CacheUse;
import dev.fairlead.gateway.quality.QualityEstimates;
import dev.fairlead.gateway.routing.Usd;
import dev.fairlead.gateway.totals.SharedTotals;
import dev.fairlead.gateway.totals.Totals;

/**
 * {@code GET /metrics}: Prometheus, or with {@code Accept: application/json} a summary for people.
 */
final class MetricsService implements HttpService {

  private final HttpService prometheus;
  private final SharedTotals totals;

  MetricsService(HttpService prometheus, SharedTotals totals) {
    this.prometheus = prometheus;
    this.totals = totals;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) throws Exception {
    boolean json = request.headers().accept().stream().anyMatch(type -> type.is(MediaType.JSON));
    if (!json || request.method() != HttpMethod.GET) {
      return prometheus.serve(context, request);
    }
    String requestId = EdgeContext.requestId(context);
    return HttpResponse.of(
        totals.view().thenApply(view -> Json.response(200, requestId, json(view))));
  }

  private static ObjectNode json(SharedTotals.View view) {
    Totals summary = view.totals();
    ObjectNode node = Json.object();
    node.put("scope", view.scope());
    node.put("since", summary.since().toString());
    node.put("totalRequests", summary.requests());
    node.put("totalErrors", summary.errors());
    node.put("totalCancelled", summary.cancelled());
    node.put("totalCostUsd", Usd.decimal(summary.costNanoUsd()));
    node.put("totalSavedUsd", Usd.decimal(summary.savedNanoUsd()));
    node.put("totalBaselineCostUsd", Usd.decimal(summary.baselineNanoUsd()));
    node.put("totalPromptTokens", summary.promptTokens());
    node.put("totalCompletionTokens", summary.completionTokens());
    node.put("slaCompliance", summary.serviceLevel());
    QualityEstimates.Retention kept = summary.retention();
    node.put("qualityRetention", kept.mean());
    node.putObject("qualityRetentionInterval95").put("low", kept.low()).put("high", kept.high());
    node.put("qualityAnswers", kept.answers());
    node.put("qualityComparisons", kept.comparisons());
    ObjectNode cache = node.putObject("cacheUsageCount");
    for (CacheUse use : CacheUse.values()) {
      cache.put(use.label(), summary.cacheUse(use));
    }
    ObjectNode models = node.putObject("modelUsageCount");
    summary.modelUsage().forEach(models::put);
    return node;
  }
}
