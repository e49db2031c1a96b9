package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.ScannedRequest;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.gateway.pipeline.InferenceRequest;
import dev.fairlead.gateway.pipeline.RouteOutcome;
import dev.fairlead.gateway.routing.Candidate;
import dev.fairlead.gateway.routing.Decision;
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

  RouteService(DialectCodec codec, EdgeContext edge, InferencePipeline pipeline) {
    super(codec, HttpMethod.POST);
    this.codec = codec;
    this.edge = edge;
    this.pipeline = pipeline;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    InferenceRequest request = request(headers, body);
    CallScope scope = edge.open(context);
    CompletableFuture<HttpResponse> response = new CompletableFuture<>();
    pipeline.route(
        request,
        scope,
        outcome -> response.complete(Json.response(200, scope.requestId(), json(outcome))),
        failure -> response.complete(FailureResponses.of(failure, codec, scope.requestId())));
    return EdgeContext.cancelling(scope, HttpResponse.of(response));
  }

  /** A chat body has messages; anything else is read as a body of {@code /v1/infer}. */
  private InferenceRequest request(RequestHeaders headers, byte[] body) {
    if (BodyKeys.hasTopLevel(body, "messages")) {
      ScannedRequest scanned = codec.scan(body);
      return ChatService.request(scanned, codec, headers);
    }
    return InferService.request(InferBody.read(body), headers);
  }

  private static ObjectNode json(RouteOutcome outcome) {
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
    ArrayNode candidates = node.putArray("candidates");
    for (Candidate candidate : decision.candidates()) {
      candidates.add(json(candidate));
    }
    ObjectNode features = node.putObject("features");
    outcome.features().forEach(features::put);
    return node;
  }

  private static ObjectNode json(Candidate candidate) {
    ObjectNode node = Json.object();
    node.put("model", candidate.model().id());
    node.put("provider", candidate.model().provider());
    node.put("tier", candidate.model().tier() == null ? null : candidate.model().tier().label());
    node.put("estimated_cost_usd", Usd.decimal(candidate.estimatedCostNanoUsd()));
    node.put("feasible", candidate.feasible());
    node.put("dropped", candidate.dropped() == null ? null : candidate.dropped().label());
    return node;
  }
}
