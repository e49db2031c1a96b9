package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.upstream.ProviderStatusClient;
import dev.fairlead.v1.BreakerState;
import dev.fairlead.v1.GetStatusResponse;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * {@code GET /health}: whether the gateway can work, and the state of every provider and its
 * circuit breaker.
 */
final class HealthService extends EdgeService {

  private final ProviderStatusClient providers;
  private final BooleanSupplier ready;

  HealthService(DialectCodec errors, ProviderStatusClient providers, BooleanSupplier ready) {
    super(errors, HttpMethod.GET);
    this.providers = providers;
    this.ready = ready;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    String requestId = EdgeContext.requestId(context);
    CompletableFuture<HttpResponse> response = new CompletableFuture<>();
    providers.status(
        status -> response.complete(Json.response(200, requestId, json(status))),
        error -> {
          ObjectNode node = Json.object();
          node.put("status", "degraded");
          node.put("ready", ready.getAsBoolean());
          node.put("provider_service", "unavailable");
          node.putArray("providers");
          response.complete(Json.response(200, requestId, node));
        });
    return HttpResponse.of(response);
  }

  private ObjectNode json(GetStatusResponse status) {
    boolean open =
        status.getProvidersList().stream()
            .anyMatch(p -> p.getBreaker() == BreakerState.BREAKER_STATE_OPEN);
    ObjectNode node = Json.object();
    node.put("status", open || !ready.getAsBoolean() ? "degraded" : "ok");
    node.put("ready", ready.getAsBoolean());
    node.put("provider_service", "available");
    node.set("providers", ProviderStatusJson.providers(status));
    return node;
  }
}
