package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.ScannedRequest;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.gateway.pipeline.InferenceRequest;
import dev.fairlead.gateway.pipeline.RouteOutcome;
import dev.fairlead.gateway.routing.Candidate;
import dev.fairlead.gateway.routing.CostInterval;
import dev.fairlead.gateway.routing.Decision;
import dev.fairlead.gateway.routing.ExpectedFirstToken;
import dev.fairlead.gateway.routing.RouteQuery;
import dev.fairlead.gateway.routing.Usd;
import java.util.concurrent.CompletableFuture;

/**
 * {@code POST /v1/route}: the decision for a body of {@code /v1/infer} or of chat, without a model
 * call.
 */
final class RouteService extends EdgeService {

  private final DialectCodec codec;
  private final EdgeContext edge;
  private final InferencePipeline pipeline;
  private final ScanLimits limits;

  RouteService(
      DialectCodec codec, EdgeContext edge, InferencePipeline pipeline, ScanLimits limits) {
    super(codec, HttpMethod.POST);
    this.codec = codec;
    this.edge = edge;
    this.pipeline = pipeline;
    this.limits = limits;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    InferenceRequest request = request(headers, body);
    CallScope scope = edge.open(context, request.controls().timing());
    CompletableFuture<HttpResponse> response = new CompletableFuture<>();
    pipeline.route(
        request,
        scope,
        outcome -> response.complete(Json.response(200, scope.requestId(), json(outcome))),
        failure -> response.complete(FailureResponses.of(failure, codec, scope.requestId())));
    return EdgeContext.cancelling(context, scope, HttpResponse.of(response));
  }

  /** A chat body has messages; anything else is read as a body of {@code /v1/infer}. */
  private InferenceRequest request(RequestHeaders headers, byte[] body) {
    if (BodyKeys.hasTopLevel(body, "messages")) {
      ScannedRequest scanned = codec.scan(body);
      return ChatService.request(scanned, codec, headers);
    }
    return InferService.request(InferBody.read(body, limits), headers, limits);
  }

  private ObjectNode json(RouteOutcome outcome) {
    Decision decision = outcome.decision();
    ObjectNode node = Json.object();
    node.put("model", decision.first().id());
    node.put("policy", decision.policy());
    node.put("reason", decision.reason().label());
    node.put("tier", decision.tierLabel());
    if (decision.complexity().isPresent()) {
      node.put("complexity", decision.complexity().getAsDouble());
    } else {
      node.putNull("complexity");
    }
    node.put("cache", outcome.cache().label());
    node.put("estimated_cost_usd", Usd.decimal(decision.estimatedCostNanoUsd()));
    if (decision.maxOutputTokens().isPresent()) {
      node.put("max_output_tokens", decision.maxOutputTokens().getAsInt());
    } else {
      node.putNull("max_output_tokens");
    }
    ArrayNode candidates = node.putArray("candidates");
    for (Candidate candidate : decision.candidates()) {
      candidates.add(json(candidate, candidates.size() + 1, outcome));
    }
    ObjectNode features = node.putObject("features");
    outcome.features().forEach(features::put);
    return node;
  }

  /** Those that can serve come first, in the order in which they would be tried. */
  private ObjectNode json(Candidate candidate, int position, RouteOutcome outcome) {
    RouteQuery query = outcome.query();
    ModelSpec model = candidate.model();
    ObjectNode node = Json.object();
    node.put("model", model.id());
    node.put("provider", model.provider());
    node.put("tier", model.tier() == null ? null : model.tier().label());
    if (candidate.feasible()) {
      node.put("rank", position);
    } else {
      node.putNull("rank");
    }
    node.put("feasible", candidate.feasible());
    node.put("dropped", candidate.dropped() == null ? null : candidate.dropped().label());
    ArrayNode missing = node.putArray("missing_capabilities");
    query.needs().stream()
        .filter(need -> !model.capabilities().contains(need))
        .map(Capability::label)
        .sorted()
        .forEach(missing::add);
    cost(node, candidate, query);
    ExpectedFirstToken firstToken = outcome.firstTokens().get(model.id());
    if (firstToken != null) {
      node.put("expected_ttft_ms", firstToken.millis());
      node.put("expected_ttft_source", firstToken.measured() ? "measured" : "configured");
    }
    return node;
  }

  /** Null where the price, or the longest answer, is not known. */
  private static void cost(ObjectNode node, Candidate candidate, RouteQuery query) {
    if (candidate.model().price() == null) {
      node.putNull("estimated_cost_usd");
      node.putNull("cost_interval_usd");
      return;
    }
    node.put("estimated_cost_usd", Usd.decimal(candidate.estimatedCostNanoUsd()));
    CostInterval interval = CostInterval.of(query, candidate.model());
    ArrayNode bounds = node.putArray("cost_interval_usd");
    bounds.add(Usd.decimal(interval.lowNanoUsd()));
    if (interval.highNanoUsd().isPresent()) {
      bounds.add(Usd.decimal(interval.highNanoUsd().getAsLong()));
    } else {
      bounds.addNull();
    }
  }
}
