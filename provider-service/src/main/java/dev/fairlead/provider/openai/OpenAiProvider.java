package dev.fairlead.provider.openai;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientRequestContextCaptor;
import com.linecorp.armeria.client.Clients;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.client.WebClientBuilder;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
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
import dev.fairlead.v1.Dialect;
import java.net.URI;
import java.util.Map;
import java.util.Set;

/** Calls a server that speaks OpenAI's dialect. */
public final class OpenAiProvider implements ModelProvider {

  private static final Capabilities CAPABILITIES =
      new Capabilities(
          Set.of(
              Dialect.DIALECT_OPENAI_CHAT,
              Dialect.DIALECT_OPENAI_COMPLETIONS,
              Dialect.DIALECT_OPENAI_EMBEDDINGS),
          true,
          true);

  /** Headers that forwarding may never set: they are ours, or belong to the connection. */
  private static final Set<String> NEVER_FORWARDED =
      Set.of(
          "authorization",
          "api-key",
          "x-api-key",
          "host",
          "connection",
          "content-length",
          "content-type",
          "cookie",
          "transfer-encoding",
          "upgrade",
          "te",
          "keep-alive",
          "proxy-authorization",
          "accept-encoding",
          "expect");

  private final WebClient client;
  private final Quirks quirks;
  private final OpenAiFailures failures;
  private final LimitSettings limits;
  private final RequestHeaders chat;
  private final RequestHeaders completions;
  private final RequestHeaders embeddings;

  /**
   * An adapter.
   *
   * @param name configured name, for messages
   * @param factory connections; shared with other adapters, closed by its owner
   */
  public OpenAiProvider(
      String name, OpenAiConfig config, LimitSettings limits, ClientFactory factory) {
    URI baseUrl = URI.create(config.baseUrl());
    this.quirks = Quirks.of(baseUrl);
    this.failures = new OpenAiFailures(name, config.apiKey().reveal());
    this.limits = limits;
    WebClientBuilder builder = WebClient.builder(armeriaUri(baseUrl, config.protocol()));
    // Own time and size limits: Armeria's would end the connection, and with HTTP/2 the calls
    // beside this one.
    this.client = builder.factory(factory).responseTimeoutMillis(0).maxResponseLength(0).build();
    this.chat = headers("/chat/completions", config);
    this.completions = headers("/completions", config);
    this.embeddings = headers("/embeddings", config);
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    byte[] body;
    try {
      body = body(call);
    } catch (FailureException e) {
      listener.onFailed(
          UpstreamFailure.of(e.failure(), Next.NOTHING, AttemptResult.ATTEMPT_RESULT_REJECTED));
      return Exchange.ENDED;
    }
    HttpRequest request = HttpRequest.of(headers(call), HttpData.wrap(body));
    try (ClientRequestContextCaptor captor = Clients.newContextCaptor()) {
      HttpResponse response = client.execute(request);
      OpenAiExchange exchange =
          new OpenAiExchange(
              call,
              listener,
              failures,
              limits.answerBytes(),
              limits.eventBytes(),
              captor.get(),
              response);
      exchange.begin();
      return exchange;
    }
  }

  private byte[] body(ModelCall call) {
    if (call.streamed() && call.form().dialect() == Dialect.DIALECT_OPENAI_EMBEDDINGS) {
      throw dev.fairlead.common.failure.Failure.InvalidRequest.of(
              "stream", "stream: embeddings are never streamed")
          .asException();
    }
    return switch (call.form()) {
      case RequestForm.Raw raw ->
          RequestSplicer.splice(
              raw.request(),
              call.model().upstream(),
              call.streamed(),
              call.maxOutputTokens(),
              quirks);
      case RequestForm.Typed typed -> ChatRequestCodec.encode(typed.request(), call, quirks);
    };
  }

  private RequestHeaders headers(ModelCall call) {
    RequestHeaders headers =
        switch (call.form().dialect()) {
          case DIALECT_OPENAI_COMPLETIONS -> completions;
          case DIALECT_OPENAI_EMBEDDINGS -> embeddings;
          case DIALECT_OPENAI_CHAT,
              DIALECT_OPENAI_RESPONSES,
              DIALECT_ANTHROPIC_MESSAGES,
              DIALECT_UNSPECIFIED,
              UNRECOGNIZED ->
              chat;
        };
    if (call.forwardHeaders().isEmpty()) {
      return headers;
    }
    RequestHeadersBuilder builder = headers.toBuilder();
    for (Map.Entry<String, String> header : call.forwardHeaders().entrySet()) {
      String name = header.getKey().toLowerCase(java.util.Locale.ROOT);
      if (!NEVER_FORWARDED.contains(name)
          && !name.startsWith(":")
          && !name.startsWith("x-fairlead")) {
        builder.set(name, header.getValue());
      }
    }
    return builder.build();
  }

  private RequestHeaders headers(String path, OpenAiConfig config) {
    RequestHeadersBuilder builder =
        RequestHeaders.builder(HttpMethod.POST, path)
            .contentType(MediaType.JSON)
            .set(HttpHeaderNames.ACCEPT, "application/json, text/event-stream")
            .set(HttpHeaderNames.USER_AGENT, "fairlead");
    if (!config.apiKey().isEmpty()) {
      builder.set(quirks.keyHeader(), quirks.keyPrefix() + config.apiKey().reveal());
    }
    return builder.build();
  }

  private static URI armeriaUri(URI baseUrl, OpenAiConfig.Protocol protocol) {
    boolean tls = baseUrl.getScheme().equals("https");
    String scheme =
        switch (protocol) {
          // A server that does not know HTTP/2 may choke on its preface; in plain text there is no
          // way to ask first.
          case AUTO -> tls ? "https" : "h1c";
          case HTTP1 -> tls ? "h1" : "h1c";
          case HTTP2 -> tls ? "h2" : "h2c";
        };
    return URI.create(scheme + baseUrl.toString().substring(baseUrl.getScheme().length()));
  }
}
