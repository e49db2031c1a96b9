package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.cache.CacheClient;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.steering.Steering;
import dev.fairlead.v1.FlushRequest;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * {@code POST /cache/flush}, optionally with {@code {"tenant", "model", "tag",
 * "older_than_seconds"}}. Needs the admin token when one is configured; without one it works from
 * loopback only. What was removed is on the record of changes.
 */
final class CacheFlushService extends EdgeService {

  private static final long MAX_SECONDS = 315_360_000;
  private static final int LONGEST_TOLD = 100;

  private final CacheClient cache;
  private final AdminGuard guard;
  private final Steering steering;

  CacheFlushService(
      DialectCodec errors, CacheClient cache, AdminGuard guard, Steering steering) {
    super(errors, HttpMethod.POST);
    this.cache = cache;
    this.guard = guard;
    this.steering = steering;
  }

  @Override
  HttpResponse handle(ServiceRequestContext context, RequestHeaders headers, byte[] body) {
    guard.check(context);
    FlushRequest request = body.length == 0 ? FlushRequest.getDefaultInstance() : read(body);
    CompletableFuture<HttpResponse> response = new CompletableFuture<>();
    String requestId = EdgeContext.requestId(context);
    String who = context.remoteAddress().getAddress().getHostAddress();
    cache.flush(
        request,
        flushed -> {
          String removed = flushed.getRemoved() + " entries removed";
          steering
              .blocking()
              .execute(() -> steering.audited(who, "cache", entries(request), removed));
          ObjectNode node = Json.object();
          node.put("removed", flushed.getRemoved());
          response.complete(Json.response(200, requestId, node));
        },
        error -> response.complete(unavailable(context, error)));
    return HttpResponse.of(response);
  }

  private static String entries(FlushRequest request) {
    StringBuilder chosen = new StringBuilder("entries");
    Map<String, String> only =
        Map.of("tenant", request.getTenant(), "model", request.getModel(), "tag", request.getTag());
    only.entrySet().stream()
        .filter(condition -> !condition.getValue().isEmpty())
        .sorted(Map.Entry.comparingByKey())
        .forEach(condition ->
            chosen
                .append(", ")
                .append(condition.getKey())
                .append(' ')
                .append(cut(condition.getValue())));
    if (request.hasOlderThan()) {
      chosen.append(", older than ").append(request.getOlderThan().getSeconds()).append(" s");
    }
    return chosen.toString();
  }

  /** The record is kept in one document. */
  private static String cut(String text) {
    return text.length() > LONGEST_TOLD ? text.substring(0, LONGEST_TOLD) : text;
  }

  private static FlushRequest read(byte[] body) {
    FlushRequest.Builder request = FlushRequest.newBuilder();
    for (Map.Entry<String, JsonNode> entry : Json.parse(body).properties()) {
      JsonNode value = entry.getValue();
      switch (entry.getKey()) {
        case "tenant" -> request.setTenant(text("tenant", value));
        case "model" -> request.setModel(text("model", value));
        case "tag" -> request.setTag(text("tag", value));
        case "older_than_seconds" ->
            request.setOlderThan(
                com.google.protobuf.Duration.newBuilder().setSeconds(seconds(value)));
        default ->
            throw Failure.InvalidRequest.of(
                    entry.getKey(),
                    entry.getKey()
                        + ": unknown key (expected one of: tenant, model, tag, older_than_seconds)")
                .asException();
      }
    }
    return request.build();
  }

  private static String text(String key, JsonNode value) {
    if (!value.isTextual() || value.textValue().isEmpty()) {
      throw Failure.InvalidRequest.of(key, key + ": " + value + " (expected: a text)")
          .asException();
    }
    return value.textValue();
  }

  private static long seconds(JsonNode value) {
    if (!value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < 0
        || value.longValue() > MAX_SECONDS) {
      throw Failure.InvalidRequest.of(
              "older_than_seconds",
              "older_than_seconds: " + value + " (expected: an integer of 0.." + MAX_SECONDS + ")")
          .asException();
    }
    return value.longValue();
  }
}
