package dev.fairlead.provider.gemini;

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
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.v1.AttemptResult;
import java.net.URI;
import java.util.Set;

/**
 * Calls Google's Gemini API. Takes typed requests only. The client's own headers are not forwarded:
 * the API has none that a caller could use.
 */
public final class GeminiProvider implements ModelProvider {

  private static final Capabilities CAPABILITIES = new Capabilities(Set.of(), true, true);
  private static final String VERSION = "/v1beta";

  private final WebClient client;
  private final String key;
  private final GeminiFailures failures;
  private final LimitSettings limits;

  /**
   * An adapter.
   *
   * @param name configured name, for messages
   * @param factory connections; shared with other adapters, closed by its owner
   */
  public GeminiProvider(
      String name, GeminiConfig config, LimitSettings limits, ClientFactory factory) {
    this.key = config.apiKey().reveal();
    this.failures = new GeminiFailures(name, key);
    this.limits = limits;
    // Own time and size limits: Armeria's would end the connection, and with HTTP/2 the calls
    // beside this one.
    this.client =
        WebClient.builder(uri(config.baseUrl()))
            .factory(factory)
            .responseTimeoutMillis(0)
            .maxResponseLength(0)
            .build();
  }

  /** In plain text HTTP/1.1, because there is no way to ask a server for more. */
  private static URI uri(String baseUrl) {
    String versioned = baseUrl.matches(".*/v\\d+(alpha|beta)?\\d*") ? baseUrl : baseUrl + VERSION;
    return URI.create(
        versioned.startsWith("http:") ? "h1c" + versioned.substring("http".length()) : versioned);
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    HttpRequest request;
    try {
      request = request(call);
    } catch (FailureException e) {
      listener.onFailed(
          UpstreamFailure.of(e.failure(), Next.NOTHING, AttemptResult.ATTEMPT_RESULT_REJECTED));
      return Exchange.ENDED;
    }
    try (ClientRequestContextCaptor captor = Clients.newContextCaptor()) {
      HttpResponse response = client.execute(request);
      GeminiExchange exchange =
          new GeminiExchange(call, listener, failures, limits, captor.get(), response);
      exchange.begin();
      return exchange;
    }
  }

  private HttpRequest request(ModelCall call) {
    byte[] body =
        switch (call.form()) {
          case RequestForm.Typed typed -> GeminiRequestCodec.encode(typed.request(), call);
          case RequestForm.Raw raw ->
              throw Failure.InvalidRequest.of(
                      "dialect", "dialect: " + raw.dialect() + " (expected: a typed request)")
                  .asException();
        };
    GeminiModel model = new GeminiModel(call.model().upstream());
    String path =
        call.streamed()
            ? model.path("streamGenerateContent") + "?alt=sse"
            : model.path("generateContent");
    RequestHeadersBuilder headers =
        RequestHeaders.builder(HttpMethod.POST, path)
            .contentType(MediaType.JSON)
            .set(HttpHeaderNames.ACCEPT, "application/json, text/event-stream")
            .set(HttpHeaderNames.USER_AGENT, "fairlead");
    if (!key.isEmpty()) {
      headers.set("x-goog-api-key", key);
    }
    return HttpRequest.of(headers.build(), HttpData.wrap(body));
  }
}
