package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.gateway.console.ConsoleHeaders;
import dev.fairlead.gateway.dialect.DialectCodec;
import java.util.concurrent.CompletableFuture;

/**
 * {@code GET /ui/api/*}: what the console shows, for the holder of the admin token, or without one
 * for whoever is on this machine. Changes nothing.
 */
final class ConsoleService extends EdgeService {

  /** Finds what a path of the console shows. */
  interface Source {
    /** A tree to send; runs on the event loop. */
    CompletableFuture<?> answer(ServiceRequestContext context);
  }

  private final AdminGuard guard;
  private final Source source;

  ConsoleService(DialectCodec errors, AdminGuard guard, Source source) {
    super(errors, HttpMethod.GET);
    this.guard = guard;
    this.source = source;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    guard.check(context);
    String requestId = EdgeContext.requestId(context);
    return HttpResponse.of(
        source
            .answer(context)
            .handle((tree, error) ->
                error == null ? response(requestId, tree) : failed(context, error)));
  }

  private static HttpResponse response(String requestId, Object tree) {
    ResponseHeadersBuilder headers =
        ConsoleHeaders.secure(Json.headers(200, requestId)).set("cache-control", "no-store");
    return HttpResponse.of(headers.build(), HttpData.wrap(Json.bytes(tree)));
  }
}
