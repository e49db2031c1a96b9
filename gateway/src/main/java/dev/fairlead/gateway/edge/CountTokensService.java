package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.catalog.TokenCounter;
import dev.fairlead.gateway.dialect.RequestFacts;
import dev.fairlead.gateway.dialect.anthropic.AnthropicMessagesCodec;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.gateway.pipeline.PromptEstimate;
import dev.fairlead.gateway.routing.ModelSelector;
import dev.fairlead.gateway.routing.PolicyName;
import dev.fairlead.gateway.upstream.CatalogFollower;
import java.util.concurrent.CompletableFuture;

/**
 * {@code POST /v1/messages/count_tokens}: an estimate of our own. The provider contract has no call
 * for counting, so a vendor is not asked. It counts as a request without tokens against its
 * caller's limits.
 */
final class CountTokensService extends EdgeService {

  private final AnthropicMessagesCodec codec;
  private final EdgeContext edge;
  private final InferencePipeline pipeline;
  private final CatalogFollower catalogs;

  CountTokensService(
      AnthropicMessagesCodec codec,
      EdgeContext edge,
      InferencePipeline pipeline,
      CatalogFollower catalogs) {
    super(codec, HttpMethod.POST);
    this.codec = codec;
    this.edge = edge;
    this.pipeline = pipeline;
    this.catalogs = catalogs;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    RequestFacts facts = codec.scanForCounting(body).facts();
    TokenCounter counter = counter(context, facts.model());
    CallScope scope = edge.open(context);
    CompletableFuture<HttpResponse> response = new CompletableFuture<>();
    pipeline.admit(
        scope,
        0,
        pass -> {
          scope.close();
          response.complete(answer(scope.requestId(), PromptEstimate.counted(facts, counter)));
        },
        refusal -> {
          scope.close();
          response.complete(FailureResponses.of(refusal, codec, scope.requestId()));
        });
    return EdgeContext.cancelling(context, scope, HttpResponse.of(response));
  }

  private TokenCounter counter(ServiceRequestContext context, String model) {
    return TokenCounter.forModel(
        switch (ModelSelector.of(
            model,
            null,
            PolicyName.COMPLEXITY.label(),
            catalogs.require(),
            EdgeContext.principal(context).grants())) {
          case ModelSelector.Explicit explicit -> explicit.model().upstream();
          case ModelSelector.Auto auto -> "";
        });
  }

  private HttpResponse answer(String requestId, long tokens) {
    ResponseHeadersBuilder headers = Json.headers(200, requestId);
    codec.responseHeaders(requestId).forEach(headers::set);
    ObjectNode node = Json.object();
    node.put("input_tokens", tokens);
    return HttpResponse.of(headers.build(), HttpData.wrap(Json.bytes(node)));
  }
}
