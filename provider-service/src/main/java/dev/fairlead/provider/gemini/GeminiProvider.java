package dev.fairlead.provider.gemini;

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
import dev.fairlead.provider.http.HttpProtocol;
import dev.fairlead.provider.http.VendorClient;
import dev.fairlead.provider.http.VendorFailures;
import dev.fairlead.provider.http.VisibleHeaders;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.v1.AttemptResult;
import java.util.Set;

/**
 * Calls Google's Gemini API. Takes typed requests only. The client's own headers are not forwarded:
 * the API has none that a caller could use.
 */
public final class GeminiProvider implements ModelProvider {

  private static final Capabilities CAPABILITIES =
      new Capabilities(Set.of(), true, true).thatReport();
  private static final String VERSION = "/v1beta";

  private final VendorClient client;
  private final String key;
  private final GeminiFailures failures;
  private final int eventBytes;

  /**
   * An adapter.
   *
   * @param name configured name, for messages
   * @param factory connections; shared with other adapters, closed by its owner
   */
  public GeminiProvider(
      String name, GeminiConfig config, LimitSettings limits, ClientFactory factory) {
    this.key = config.apiKey().reveal();
    VendorFailures vendor = new VendorFailures(name, key);
    this.failures = new GeminiFailures(vendor);
    this.eventBytes = limits.eventBytes();
    this.client =
        new VendorClient(
            versioned(config.baseUrl()),
            HttpProtocol.AUTO,
            vendor,
            VisibleHeaders.NONE,
            limits,
            factory);
  }

  private static String versioned(String baseUrl) {
    return baseUrl.matches(".*/v\\d+(alpha|beta)?\\d*") ? baseUrl : baseUrl + VERSION;
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
        headers(call),
        body,
        call,
        listener,
        new GeminiReader(call, listener, failures, eventBytes));
  }

  private static byte[] body(ModelCall call, DroppedFields dropped) {
    return switch (call.form()) {
      case RequestForm.Typed typed -> GeminiRequestCodec.encode(typed.request(), call, dropped);
      case RequestForm.Raw raw ->
          throw Failure.InvalidRequest.of(
                  "dialect", "dialect: " + raw.dialect() + " (expected: a typed request)")
              .asException();
    };
  }

  private RequestHeaders headers(ModelCall call) {
    GeminiModel model = new GeminiModel(call.model().upstream());
    String path =
        call.streamed()
            ? model.path("streamGenerateContent") + "?alt=sse"
            : model.path("generateContent");
    RequestHeadersBuilder headers = client.post(path);
    if (!key.isEmpty()) {
      headers.set("x-goog-api-key", key);
    }
    return headers.build();
  }
}
