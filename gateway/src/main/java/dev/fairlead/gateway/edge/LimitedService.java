package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.LimitsConfig;
import dev.fairlead.gateway.dialect.HttpFailures;
import dev.fairlead.gateway.keys.KeyDirectory;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Refuses too many headers and unknown keys, and unpacks compressed bodies as far as they may grow.
 */
final class LimitedService extends SimpleDecoratingHttpService {

  /** {@code :method}, {@code :path}, {@code :scheme} and {@code :authority}. */
  private static final int PSEUDO_HEADERS = 4;

  private final EdgeService service;
  private final LimitsConfig limits;
  private final @Nullable KeyDirectory keys;

  /**
   * Guards an endpoint.
   *
   * @param keys whose callers are let in; null for an endpoint that needs no key
   */
  LimitedService(EdgeService service, LimitsConfig limits, @Nullable KeyDirectory keys) {
    super(service);
    this.service = service;
    this.limits = limits;
    this.keys = keys;
  }

  /** As {@link SimpleDecoratingHttpService} wants it; the delegate never throws. */
  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    RequestHeaders headers = request.headers();
    StalledRequestGuard.arrived(context);
    if (headers.size() > limits.maxHeaders() + PSEUDO_HEADERS) {
      return EdgeService.afterBody(
          context,
          request,
          service.failed(context, tooManyHeaders(headers.size() - PSEUDO_HEADERS)));
    }
    if (keys != null) {
      try {
        DoorGuard.check(context);
        EdgeContext.admitted(context, keys.authenticate(DoorGuard.credentials(headers)));
      } catch (FailureException e) {
        return EdgeService.afterBody(context, request, service.failed(context, e));
      }
    }
    // Several are a body packed more than once, which the endpoint refuses.
    List<String> encodings = headers.getAll(HttpHeaderNames.CONTENT_ENCODING);
    Inflating inflating = encodings.size() == 1 ? inflating(encodings.getFirst()) : null;
    return inflating == null
        ? service.serve(context, request)
        : HttpResponse.of(unpacked(context, request, inflating));
  }

  private FailureException tooManyHeaders(int count) {
    return new Failure.InvalidRequest(
            "headers: " + count + " (expected: at most " + limits.maxHeaders() + ")",
            null,
            HttpFailures.HEADERS_TOO_LARGE)
        .asException();
  }

  private @Nullable Inflating inflating(String encoding) {
    return switch (encoding.strip().toLowerCase(Locale.ROOT)) {
      case "gzip", "x-gzip" -> new Inflating(true, limits.maxBodyBytes(), limits.maxInflateRatio());
      case "deflate" -> new Inflating(false, limits.maxBodyBytes(), limits.maxInflateRatio());
      default -> null;
    };
  }

  private CompletableFuture<HttpResponse> unpacked(
      ServiceRequestContext context, HttpRequest request, Inflating inflating) {
    return request
        .aggregate(context.eventLoop())
        .handle((packed, error) -> {
          if (error != null) {
            return service.failed(context, error);
          }
          return serveUnpacked(context, packed, inflating);
        });
  }

  private HttpResponse serveUnpacked(
      ServiceRequestContext context, AggregatedHttpRequest packed, Inflating inflating) {
    try {
      HttpData body = HttpData.wrap(inflating.inflate(packed.content().array()));
      HttpRequest plain =
          HttpRequest.of(
              packed.headers().toBuilder()
                  .contentLength(body.length())
                  .removeAndThen(HttpHeaderNames.CONTENT_ENCODING)
                  .build(),
              body);
      context.updateRequest(plain);
      return service.serve(context, plain);
    } catch (FailureException e) {
      return service.failed(context, e);
    }
  }
}
