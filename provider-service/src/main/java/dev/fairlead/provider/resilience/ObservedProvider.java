package dev.fairlead.provider.resilience;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ForwardingListener;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.telemetry.GenAi;
import dev.fairlead.telemetry.GenAiConventions;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts, times and traces every call that reaches a vendor. Spans and metrics follow the
 * OpenTelemetry semantic conventions for generative AI: one CLIENT span a try, named after
 * operation and model.
 */
public final class ObservedProvider implements ModelProvider {

  private static final Logger logger = LoggerFactory.getLogger(ObservedProvider.class);
  private static final AttributeKey<Long> HTTP_STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final Map<FinishReason, List<String>> FINISH_REASONS =
      new EnumMap<>(FinishReason.class);

  static {
    for (FinishReason reason : FinishReason.values()) {
      String name = reason.name().replace("FINISH_REASON_", "").toLowerCase(Locale.ROOT);
      FINISH_REASONS.put(reason, List.of(name));
    }
  }

  private final ModelProvider next;
  private final String name;
  private final String vendor;
  private final MeterRegistry meters;
  private final GenAiConventions names;
  private final Tracer tracer;
  private final TimeSource time;
  private final Map<Dialect, Map<String, ObservedModel>> known = new EnumMap<>(Dialect.class);

  /**
   * Observes {@code next}.
   *
   * @param name configured name of the provider
   * @param vendor value of {@code gen_ai.provider.name}
   */
  public ObservedProvider(
      ModelProvider next,
      String name,
      String vendor,
      MeterRegistry meters,
      GenAiConventions names,
      Tracer tracer,
      TimeSource time) {
    this.next = next;
    this.name = name;
    this.vendor = vendor;
    this.meters = meters;
    this.names = names;
    this.tracer = tracer;
    this.time = time;
    for (Dialect dialect : Dialect.values()) {
      known.put(dialect, new ConcurrentHashMap<>());
    }
  }

  @Override
  public Capabilities capabilities() {
    return next.capabilities();
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    ObservedModel model = model(call);
    Observing watched = new Observing(listener, model, span(call, model), call.streamed());
    try {
      return next.open(call, watched);
    } catch (RuntimeException e) {
      watched.notSent(e);
      return Exchange.ENDED;
    }
  }

  /** A reload may give an id another meaning. */
  private ObservedModel model(ModelCall call) {
    Dialect dialect = call.form().dialect();
    Map<String, ObservedModel> ofDialect = Objects.requireNonNull(known.get(dialect));
    ObservedModel found = ofDialect.get(call.model().id());
    if (found == null || found.model != call.model()) {
      found = new ObservedModel(call.model(), dialect, name, vendor, meters, names);
      ofDialect.put(call.model().id(), found);
    }
    return found;
  }

  private Span span(ModelCall call, ObservedModel model) {
    Span span =
        tracer
            .spanBuilder(model.spanName)
            .setParent(call.parent())
            .setSpanKind(SpanKind.CLIENT)
            .startSpan();
    if (span.isRecording()) {
      span.setAllAttributes(call.streamed() ? model.streamed : model.whole);
      if (call.maxOutputTokens() > 0) {
        span.setAttribute(GenAi.REQUEST_MAX_TOKENS, (long) call.maxOutputTokens());
      }
    }
    return span;
  }

  private final class Observing extends ForwardingListener {
    private final ObservedModel model;
    private final Span span;
    private final long began = time.nanoTime();

    /** An answer that comes whole has neither a first token nor later ones. */
    private final boolean streamed;

    /** When the last content came; 0 before the first. */
    private long lastContent;

    private volatile boolean ended;

    Observing(AnswerListener next, ObservedModel model, Span span, boolean streamed) {
      super(next);
      this.model = model;
      this.span = span;
      this.streamed = streamed;
    }

    @Override
    public void onPart(AnswerPart part) {
      if (streamed && part.content()) {
        content(time.nanoTime());
      }
      super.onPart(part);
    }

    private void content(long now) {
      if (lastContent == 0) {
        inSpan(() -> model.firstChunk(now - began));
        span.setAttribute(GenAi.TIME_TO_FIRST_CHUNK, (now - began) / 1e9);
      } else {
        model.laterChunk(now - lastContent);
      }
      lastContent = now == 0 ? 1 : now;
    }

    @Override
    public void onCompleted(Completion completion) {
      ended = true;
      TokenUsage usage = completion.usage();
      inSpan(() -> model.completed(time.nanoTime() - began, usage));
      if (span.isRecording()) {
        span.setAttribute(HTTP_STATUS, (long) completion.httpStatus());
        span.setAttribute(GenAi.FINISH_REASONS, FINISH_REASONS.get(completion.finishReason()));
        tell(usage);
      }
      span.end();
      super.onCompleted(completion);
    }

    private void tell(TokenUsage usage) {
      span.setAttribute(GenAi.INPUT_TOKENS, usage.promptTokens());
      span.setAttribute(GenAi.OUTPUT_TOKENS, usage.completionTokens());
      if (usage.cachedPromptTokens() > 0) {
        span.setAttribute(GenAi.CACHE_READ_TOKENS, usage.cachedPromptTokens());
      }
      if (usage.cacheWriteTokens() > 0) {
        span.setAttribute(names.cacheWriteTokens(), usage.cacheWriteTokens());
      }
      if (usage.reasoningTokens() > 0) {
        span.setAttribute(GenAi.REASONING_TOKENS, usage.reasoningTokens());
      }
    }

    /** The words of a vendor's error may be the prompt's, so the span has its reason only. */
    @Override
    public void onFailed(UpstreamFailure failure) {
      ended = true;
      String reason = failure.failure().reason();
      inSpan(() -> model.failed(time.nanoTime() - began, failure.result(), reason));
      if (span.isRecording()) {
        span.setStatus(StatusCode.ERROR);
        span.setAttribute(GenAi.ERROR_TYPE, reason);
        if (failure.httpStatus() > 0) {
          span.setAttribute(HTTP_STATUS, (long) failure.httpStatus());
        }
      }
      span.end();
      super.onFailed(failure);
    }

    /**
     * The adapter broke over the request: another one may take it. Nobody else would end the call,
     * and the places that it has taken would never be given back.
     */
    void notSent(RuntimeException problem) {
      if (ended) {
        throw problem;
      }
      logger.warn("a request could not be sent to {}", name, problem);
      onFailed(
          UpstreamFailure.of(
              new Failure.InvalidRequest("the request cannot be sent to this model", null, null),
              Next.OTHER_MODEL,
              AttemptResult.ATTEMPT_RESULT_REJECTED));
    }

    /** A measurement is an example of the span's trace, when that is sampled. */
    private void inSpan(Runnable measurement) {
      if (span.getSpanContext().isSampled()) {
        try (Scope ignored = span.makeCurrent()) {
          measurement.run();
        }
      } else {
        measurement.run();
      }
    }
  }
}
