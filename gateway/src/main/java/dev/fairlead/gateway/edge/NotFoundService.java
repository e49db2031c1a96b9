package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.DialectCodec;

/** Whatever has no endpoint. */
final class NotFoundService implements HttpService {

  private static final int MAX_SHOWN = 100;

  private final DialectCodec errors;

  NotFoundService(DialectCodec errors) {
    this.errors = errors;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    request.abort();
    String path = context.path();
    String shown = path.length() <= MAX_SHOWN ? path : path.substring(0, MAX_SHOWN) + "...";
    Failure failure =
        new Failure.InvalidRequest(
            "path: " + shown + " is not an endpoint (expected: one of the README's endpoints)",
            null,
            "unknown_url");
    String requestId = EdgeContext.requestId(context);
    return HttpResponse.of(
        Json.headers(404, requestId).build(), HttpData.wrap(errors.error(failure, requestId)));
  }
}
