package dev.fairlead.provider.openai;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.provider.http.VendorClient;
import dev.fairlead.provider.http.VendorFailures;
import dev.fairlead.provider.http.VisibleHeaders;
import dev.fairlead.provider.openai.Quirks.Trait;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.Dialect;
import java.util.HashSet;
import java.util.Set;

/** Calls a server that speaks OpenAI's dialect. */
public final class OpenAiProvider implements ModelProvider {

  private static final Set<Dialect> DIALECTS =
      Set.of(
          Dialect.DIALECT_OPENAI_CHAT,
          Dialect.DIALECT_OPENAI_COMPLETIONS,
          Dialect.DIALECT_OPENAI_EMBEDDINGS);

  private static final VisibleHeaders VISIBLE_HEADERS =
      new VisibleHeaders(
          Set.of("x-should-retry", "openai-processing-ms", "openai-version"),
          Set.of("x-ratelimit-"),
          "x-request-id");

  private final VendorClient client;
  private final Quirks quirks;
  private final Addresses addresses;
  private final OpenAiFailures failures;
  private final int eventBytes;
  private final RequestHeaders chat;
  private final RequestHeaders completions;
  private final RequestHeaders embeddings;
  private final RequestHeaders responses;
  private final Capabilities capabilities;

  /**
   * An adapter.
   *
   * @param name configured name, for messages
   * @param factory connections; shared with other adapters, closed by its owner
   */
  public OpenAiProvider(
      String name, OpenAiConfig config, LimitSettings limits, ClientFactory factory) {
    this.quirks = config.special();
    this.addresses = Addresses.of(config, quirks);
    VendorFailures vendor = new VendorFailures(name, config.apiKey().reveal());
    this.failures = new OpenAiFailures(vendor);
    this.eventBytes = limits.eventBytes();
    this.client =
        new VendorClient(
            addresses.root(), config.protocol(), vendor, VISIBLE_HEADERS, limits, factory);
    this.chat = headers(Dialect.DIALECT_OPENAI_CHAT, config);
    this.completions = headers(Dialect.DIALECT_OPENAI_COMPLETIONS, config);
    this.embeddings = headers(Dialect.DIALECT_OPENAI_EMBEDDINGS, config);
    this.responses = headers(Dialect.DIALECT_OPENAI_RESPONSES, config);
    Set<Dialect> dialects = new HashSet<>(DIALECTS);
    if (quirks.has(Trait.RESPONSES) && !addresses.byDeployment()) {
      dialects.add(Dialect.DIALECT_OPENAI_RESPONSES);
    }
    this.capabilities = new Capabilities(dialects, true, true).thatReport();
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    byte[] body;
    DroppedFields dropped = new DroppedFields();
    try {
      body = body(call, dropped);
    } catch (FailureException e) {
      // Another vendor's model may still take it.
      listener.onFailed(
          UpstreamFailure.of(e.failure(), Next.OTHER_MODEL, AttemptResult.ATTEMPT_RESULT_REJECTED));
      return Exchange.ENDED;
    }
    listener.onDropped(dropped.paths());
    return client.send(
        headers(call),
        body,
        call,
        listener,
        new OpenAiAnswer(call, listener, failures, eventBytes));
  }

  private byte[] body(ModelCall call, DroppedFields dropped) {
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
              quirks,
              dropped);
      case RequestForm.Typed typed ->
          ChatRequestCodec.encode(typed.request(), call, quirks, dropped);
    };
  }

  private RequestHeaders headers(ModelCall call) {
    RequestHeaders headers =
        switch (call.form().dialect()) {
          case DIALECT_OPENAI_COMPLETIONS -> completions;
          case DIALECT_OPENAI_EMBEDDINGS -> embeddings;
          case DIALECT_OPENAI_RESPONSES -> responses;
          case DIALECT_OPENAI_CHAT, DIALECT_ANTHROPIC_MESSAGES, DIALECT_UNSPECIFIED, UNRECOGNIZED ->
              chat;
        };
    if (addresses.byDeployment()) {
      String path = addresses.path(call.form().dialect(), call.model().upstream());
      headers = headers.toBuilder().path(client.path(path)).build();
    }
    return VendorClient.forwarding(headers, call.forwardHeaders());
  }

  /** Headers of a call; of a path that depends on the model all but that. */
  private RequestHeaders headers(Dialect dialect, OpenAiConfig config) {
    RequestHeadersBuilder builder = client.post(addresses.path(dialect, "-"));
    if (!config.apiKey().isEmpty()) {
      builder.set(quirks.keyHeader(), quirks.keyPrefix() + config.apiKey().reveal());
    }
    return builder.build();
  }
}
