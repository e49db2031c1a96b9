package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.HttpFailures;

/** Whatever has no endpoint. */
final class NotFoundService implements HttpService {

  private static final int MAX_SHOWN = 100;

  private final ErrorDialects dialects;

  NotFoundService(ErrorDialects dialects) {
    this.dialects = dialects;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    return EdgeService.afterBody(
        context,
        request,
        FailureResponses.of(
            failure(context), dialects.of(request.headers()), EdgeContext.requestId(context)));
  }

  private static Failure failure(ServiceRequestContext context) {
    try {
      DoorGuard.check(context);
    } catch (FailureException e) {
      return e.failure();
    }
    return failure(context.path());
  }

  /** What is said of a path that is no endpoint. */
  static Failure failure(String path) {
    String shown = path.length() <= MAX_SHOWN ? path : path.substring(0, MAX_SHOWN) + "...";
    return new Failure.InvalidRequest(
        "path: " + shown + " is not an endpoint (expected: one of the README's endpoints)",
        null,
        HttpFailures.UNKNOWN_URL);
  }
}
