package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Name and attributes that the server spans of a route have in common, by OpenTelemetry's HTTP
 * conventions (v1.41.0). Made once a route and method.
 */
record SpanShape(String name, Attributes attributes) {

  private record Key(String route, HttpMethod method, String scheme) {}

  private static final ConcurrentHashMap<Key, SpanShape> KNOWN = new ConcurrentHashMap<>();

  /** Routes are few: they are what the server was built with. */
  static SpanShape of(ServiceRequestContext context) {
    Key key =
        new Key(
            context.config().route().patternString(),
            context.method(),
            context.sessionProtocol().isTls() ? "https" : "http");
    SpanShape known = KNOWN.get(key);
    return known != null ? known : KNOWN.computeIfAbsent(key, SpanShape::made);
  }

  private static SpanShape made(Key key) {
    return new SpanShape(
        key.method().name() + " " + key.route(),
        Attributes.of(
            AttributeKey.stringKey("http.request.method"),
            key.method().name(),
            AttributeKey.stringKey("http.route"),
            key.route(),
            AttributeKey.stringKey("url.scheme"),
            key.scheme()));
  }
}
