package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.catalog.TokenCounter;
import dev.fairlead.gateway.dialect.RequestFacts;
import dev.fairlead.gateway.dialect.anthropic.AnthropicMessagesCodec;
import dev.fairlead.gateway.pipeline.PromptEstimate;
import dev.fairlead.gateway.routing.ModelSelector;
import dev.fairlead.gateway.routing.PolicyName;
import dev.fairlead.gateway.upstream.CatalogFollower;

/**
 * {@code POST /v1/messages/count_tokens}: an estimate of our own. The provider contract has no call
 * for counting, so a vendor is not asked.
 */
final class CountTokensService extends EdgeService {

  private final AnthropicMessagesCodec codec;
  private final CatalogFollower catalogs;

  CountTokensService(AnthropicMessagesCodec codec, CatalogFollower catalogs) {
    super(codec, HttpMethod.POST);
    this.codec = codec;
    this.catalogs = catalogs;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    RequestFacts facts = codec.scanForCounting(body).facts();
    TokenCounter counter =
        TokenCounter.forModel(
            switch (ModelSelector.of(
                facts.model(),
                null,
                PolicyName.COMPLEXITY.label(),
                catalogs.require(),
                EdgeContext.principal(context).grants())) {
              case ModelSelector.Explicit explicit -> explicit.model().upstream();
              case ModelSelector.Auto auto -> "";
            });
    String requestId = EdgeContext.requestId(context);
    codec.responseHeaders(requestId).forEach(context::setAdditionalResponseHeader);
    ObjectNode node = Json.object();
    node.put("input_tokens", PromptEstimate.counted(facts, counter));
    return Json.response(200, requestId, node);
  }
}
