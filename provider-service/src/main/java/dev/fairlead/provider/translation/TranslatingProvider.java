package dev.fairlead.provider.translation;

import dev.fairlead.common.failure.FailureException;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.provider.dialect.ClientDialect;
import dev.fairlead.provider.dialect.DecodedRequest;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Lets an adapter that takes typed requests serve the dialects that it does not speak: the request
 * is decoded, opened typed, and the answer told in the client's dialect. Every other call goes to
 * the adapter as it is.
 */
public final class TranslatingProvider implements ModelProvider {

  private final ModelProvider next;
  private final Capabilities capabilities;

  private TranslatingProvider(ModelProvider next, Capabilities capabilities) {
    this.next = next;
    this.capabilities = capabilities;
  }

  /** The adapter with translation where there is anything to translate, else the adapter itself. */
  public static ModelProvider around(ModelProvider adapter) {
    Capabilities own = adapter.capabilities();
    Set<Dialect> foreign = new HashSet<>(ClientDialect.ALL);
    foreign.removeAll(own.dialects());
    if (!own.typed() || foreign.isEmpty()) {
      return adapter;
    }
    return new TranslatingProvider(adapter, own.translating(foreign));
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    return call.form() instanceof RequestForm.Raw raw && capabilities.translates(raw)
        ? translated(call, raw.request(), listener)
        : next.open(call, listener);
  }

  private Exchange translated(ModelCall call, RawRequest raw, AnswerListener listener) {
    ClientDialect dialect = ClientDialect.of(raw.getDialect());
    if (dialect == null) {
      throw new IllegalStateException("no translation of " + raw.getDialect());
    }
    ToolNames names;
    ChatRequest request;
    List<String> dropped;
    try {
      DecodedRequest decoded = dialect.decode(raw.getBody().toByteArray());
      dropped = decoded.dropped();
      names = ToolNames.of(decoded.request());
      request = names.sent(decoded.request());
    } catch (FailureException e) {
      // A model whose vendor speaks the dialect may still take it.
      listener.onFailed(
          UpstreamFailure.of(e.failure(), Next.OTHER_MODEL, AttemptResult.ATTEMPT_RESULT_REJECTED));
      return Exchange.ENDED;
    }
    ModelCall typed =
        new ModelCall(
            call.model(),
            new RequestForm.Typed(request),
            call.streamed(),
            call.maxOutputTokens(),
            call.forwardHeaders(),
            call.timeLeft(),
            call.lastResort(),
            call.parent());
    if (!capabilities.reporting()) {
      listener.onDropped(dropped);
    }
    boolean sameErrors = OpenAiFamily.shares(raw.getDialect(), next.capabilities().dialects());
    return next.open(
        typed,
        new TranslatedAnswer(
            listener, dialect, raw, names, dropped, sameErrors, call.model().upstream()));
  }
}
