package dev.fairlead.provider.http;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientRequestContextCaptor;
import com.linecorp.armeria.client.Clients;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import com.linecorp.armeria.common.ResponseHeaders;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.resilience.LimitSettings;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** One vendor's server, over HTTP. Thread-safe; never blocks. */
public final class VendorClient {

  /** Headers that forwarding may never set: they are ours, or belong to the connection. */
  private static final Set<String> NEVER_FORWARDED =
      Set.of(
          "authorization",
          "api-key",
          "x-api-key",
          "x-goog-api-key",
          "host",
          "connection",
          "content-length",
          "content-type",
          "content-encoding",
          "cookie",
          "transfer-encoding",
          "upgrade",
          "te",
          "trailer",
          "keep-alive",
          "proxy-authorization",
          "proxy-connection",
          "forwarded",
          "accept",
          "accept-encoding",
          "user-agent",
          "expect");

  private final WebClient client;
  private final String scheme;
  private final String authority;
  private final String basePath;
  private final VendorFailures failures;
  private final VisibleHeaders visibleHeaders;
  private final long answerBytes;

  /**
   * A client.
   *
   * @param baseUrl checked root of the API; paths of requests come after it
   * @param visibleHeaders headers of answers that a client may see
   * @param factory connections; shared with other adapters, closed by its owner
   */
  public VendorClient(
      String baseUrl,
      HttpProtocol protocol,
      VendorFailures failures,
      VisibleHeaders visibleHeaders,
      LimitSettings limits,
      ClientFactory factory) {
    this.failures = failures;
    this.visibleHeaders = visibleHeaders;
    this.answerBytes = limits.answerBytes();
    URI base = URI.create(baseUrl);
    this.scheme = base.getScheme().toLowerCase(Locale.ROOT);
    this.authority = base.getRawAuthority();
    this.basePath = base.getRawPath().replaceAll("/+$", "");
    // Own time and size limits: Armeria's would end the connection, and with HTTP/2 the calls
    // beside this one. A request that is not taken in time has no first token in time either.
    this.client =
        WebClient.builder(protocol.over(scheme + "://" + authority))
            .factory(factory)
            .responseTimeoutMillis(0)
            .writeTimeoutMillis(0)
            .maxResponseLength(0)
            .build();
  }

  VendorFailures failures() {
    return failures;
  }

  /** What a client may see of an answer's head; a value that repeats our key is not. */
  Map<String, String> visible(ResponseHeaders head) {
    return visibleHeaders.of(head, failures::holdsKey);
  }

  long answerBytes() {
    return answerBytes;
  }

  /**
   * What every request with a JSON body says; the adapter adds its key. Whole, down to the
   * authority: what the client library finds missing costs a copy of all headers a request.
   *
   * @param path after the base URL's, with the query
   */
  public RequestHeadersBuilder post(String path) {
    return RequestHeaders.builder(HttpMethod.POST, path(path))
        .scheme(scheme)
        .authority(authority)
        .contentType(MediaType.JSON)
        .set(HttpHeaderNames.ACCEPT, "application/json, text/event-stream")
        .set(HttpHeaderNames.USER_AGENT, "fairlead");
  }

  /** The path with the base URL's before it. */
  public String path(String path) {
    return basePath + path;
  }

  /** The headers with those of the client that the vendor should see. */
  public static RequestHeaders forwarding(RequestHeaders headers, Map<String, String> forward) {
    if (forward.isEmpty()) {
      return headers;
    }
    RequestHeadersBuilder builder = headers.toBuilder();
    forward.forEach((name, value) -> {
      String lower = name.toLowerCase(Locale.ROOT);
      if (!NEVER_FORWARDED.contains(lower)
          && !lower.startsWith(":")
          && !lower.startsWith("x-fairlead")) {
        builder.set(lower, value);
      }
    });
    return builder.build();
  }

  /**
   * Sends a request that {@link #post} began. The listener hears of the end exactly once; {@code
   * reader} gives it the parts.
   *
   * @param body not changed afterwards
   */
  public Exchange send(
      RequestHeaders headers,
      byte[] body,
      ModelCall call,
      AnswerListener listener,
      AnswerReader reader) {
    HttpRequest request = HttpRequest.of(headers, HttpData.wrap(body));
    try (ClientRequestContextCaptor captor = Clients.newContextCaptor()) {
      HttpResponse response = client.execute(request);
      HttpExchange exchange =
          new HttpExchange(this, call.streamed(), listener, reader, captor.get(), response);
      exchange.begin();
      return exchange;
    }
  }
}
