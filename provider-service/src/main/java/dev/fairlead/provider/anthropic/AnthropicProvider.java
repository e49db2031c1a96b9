package dev.fairlead.provider.anthropic;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import dev.fairlead.common.failure.Failure;
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
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.Dialect;
import java.util.Set;

/** Calls Anthropic's Messages API. */
public final class AnthropicProvider implements ModelProvider {

  private static final Capabilities CAPABILITIES =
      new Capabilities(Set.of(Dialect.DIALECT_ANTHROPIC_MESSAGES), true, true).thatReport();

  /** The version that a call has whose client does not name one. */
  private static final String VERSION = "2023-06-01";

  private static final VisibleHeaders VISIBLE =
      new VisibleHeaders(Set.of("x-should-retry"), Set.of("anthropic-ratelimit-"), "request-id");

  private final VendorClient client;
  private final AnthropicFailures failures;
  private final RequestHeaders headers;
  private final int eventBytes;

  /**
   * An adapter.
   *
   * @param name configured name, for messages
   * @param factory connections; shared with other adapters, closed by its owner
   */
  public AnthropicProvider(
      String name, AnthropicConfig config, LimitSettings limits, ClientFactory factory) {
    String key = config.apiKey().reveal();
    VendorFailures vendor = new VendorFailures(name, key);
    this.failures = new AnthropicFailures(vendor);
    this.eventBytes = limits.eventBytes();
    this.client =
        new VendorClient(
            root(config.baseUrl()), config.protocol(), vendor, VISIBLE, limits, factory);
    RequestHeadersBuilder builder = client.post("/v1/messages").set("anthropic-version", VERSION);
    if (!key.isEmpty()) {
      builder.set("x-api-key", key);
    }
    this.headers = builder.build();
  }

  private static String root(String baseUrl) {
    String root = baseUrl.replaceAll("/+$", "");
    return root.endsWith("/v1") ? root.substring(0, root.length() - "/v1".length()) : root;
  }

  @Override
  public Capabilities capabilities() {
    return CAPABILITIES;
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
        VendorClient.forwarding(headers, call.forwardHeaders()),
        body,
        call,
        listener,
        new MessagesReader(call, listener, failures, eventBytes));
  }

  private static byte[] body(ModelCall call, DroppedFields dropped) {
    return switch (call.form()) {
      case RequestForm.Typed typed -> MessagesRequestCodec.encode(typed.request(), call, dropped);
      case RequestForm.Raw raw when raw.dialect() == Dialect.DIALECT_ANTHROPIC_MESSAGES ->
          MessagesSplicer.splice(raw.request(), call);
      case RequestForm.Raw raw ->
          throw Failure.InvalidRequest.of(
                  "dialect", "dialect: " + raw.dialect() + " (expected: Anthropic Messages)")
              .asException();
    };
  }
}
