package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.steering.Steering;
import dev.fairlead.gateway.upstream.CatalogFollower;
import dev.fairlead.gateway.upstream.ProviderStatusClient;
import dev.fairlead.v1.ReloadResponse;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;

/**
 * {@code POST /v1/admin/providers/reload}: the provider service reads its configuration again, and
 * the answer comes when this gateway knows the new catalogue; further replicas of the service
 * follow when they are next asked for it, some seconds later. A configuration that is not valid is
 * a 409 that says why; the old one stays in force.
 */
final class ReloadService extends EdgeService {

  private static final int CONFLICT = 409;

  private final DialectCodec errors;
  private final ProviderStatusClient providers;
  private final CatalogFollower catalogs;
  private final AdminGuard guard;
  private final Steering steering;

  ReloadService(
      DialectCodec errors,
      ProviderStatusClient providers,
      CatalogFollower catalogs,
      AdminGuard guard,
      Steering steering) {
    super(errors, HttpMethod.POST);
    this.errors = errors;
    this.providers = providers;
    this.catalogs = catalogs;
    this.guard = guard;
    this.steering = steering;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    guard.checkToken(context);
    String who = context.remoteAddress().getAddress().getHostAddress();
    String before = version();
    CompletableFuture<HttpResponse> response = new CompletableFuture<>();
    String requestId = EdgeContext.requestId(context);
    // Before it is asked, so that the replica that answers does not do it twice.
    long asked = System.currentTimeMillis();
    providers.reload(
        reloaded -> {
          catalogs.reloadEverywhere(asked);
          steering
              .blocking()
              .execute(() ->
                  steering.audited(who, "providers", before, "version " + reloaded.getVersion()));
          catalogs.refresh(() -> response.complete(Json.response(200, requestId, json(reloaded))));
        },
        error -> response.complete(refused(context, error)));
    return HttpResponse.of(response);
  }

  private String version() {
    return catalogs.current().map(catalog -> "version " + catalog.version()).orElse("none");
  }

  private HttpResponse refused(ServiceRequestContext context, Throwable error) {
    Status status = Status.fromThrowable(error);
    if (status.getCode() != Status.Code.FAILED_PRECONDITION || status.getDescription() == null) {
      return unavailable(context, error);
    }
    String requestId = EdgeContext.requestId(context);
    Failure failure =
        new Failure.InvalidRequest(status.getDescription(), null, "invalid_configuration");
    return HttpResponse.of(
        Json.headers(CONFLICT, requestId).build(), HttpData.wrap(errors.error(failure, requestId)));
  }

  private static ObjectNode json(ReloadResponse reloaded) {
    ObjectNode node = Json.object();
    node.put("version", reloaded.getVersion());
    node.put("models", reloaded.getModels());
    ArrayNode warnings = node.putArray("warnings");
    reloaded.getWarningsList().forEach(warnings::add);
    return node;
  }
}
