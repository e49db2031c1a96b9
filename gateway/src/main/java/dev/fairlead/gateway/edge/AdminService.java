package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.DialectCodec;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * An endpoint under {@code /v1/admin}: it does not exist without an admin token, and answers only
 * its holder. What it does may block and runs outside of the event loop.
 */
abstract class AdminService extends EdgeService {

  private final AdminGuard guard;
  private final Executor blocking;

  AdminService(DialectCodec errors, AdminGuard guard, Executor blocking, HttpMethod... methods) {
    super(errors, methods);
    this.guard = guard;
    this.blocking = blocking;
  }

  /**
   * Answers the holder of the token; may block.
   *
   * @param body the request's JSON object, empty when there was no body
   */
  abstract Object answer(HttpMethod method, ObjectNode body, String who);

  /** As {@link #answer(HttpMethod, ObjectNode, String)}, for an endpoint with an id in its path. */
  Object answer(HttpMethod method, ObjectNode body, String who, ServiceRequestContext context) {
    return answer(method, body, who);
  }

  @Override
  final HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    guard.checkToken(context);
    ObjectNode asked = body.length == 0 ? Json.object() : Json.parse(body);
    String who = context.remoteAddress().getAddress().getHostAddress();
    String requestId = EdgeContext.requestId(context);
    return HttpResponse.of(
        CompletableFuture.supplyAsync(() -> answer(headers.method(), asked, who, context), blocking)
            .handle((answer, error) ->
                error == null
                    ? Json.response(200, requestId, answer)
                    : failed(context, meaning(error))));
  }

  private static Throwable meaning(Throwable error) {
    return error.getCause() instanceof UncheckedIOException
        ? new Failure.UpstreamUnavailable(
                "the shared state cannot be reached, so nothing can be changed now",
                0,
                Duration.ofSeconds(1))
            .asException()
        : error;
  }

  /** Refuses keys that the endpoint does not know, because a misspelt one would be ignored. */
  static void onlyKeys(ObjectNode body, List<String> known) {
    for (Map.Entry<String, JsonNode> entry : body.properties()) {
      if (!known.contains(entry.getKey())) {
        throw Failure.InvalidRequest.of(
                entry.getKey(),
                entry.getKey()
                    + ": unknown key (expected"
                    + (known.isEmpty() ? ": none" : " one of: " + String.join(", ", known))
                    + ")")
            .asException();
      }
    }
  }
}
