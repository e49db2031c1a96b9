package dev.fairlead.provider.resilience;

import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ForwardingListener;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.Dialect;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts, times and traces every call that reaches a vendor. Spans follow the OpenTelemetry
 * semantic conventions for generative AI, v1.41.0 (read November 2026): one CLIENT span a try,
 * named after operation and model.
 */
public final class ObservedProvider implements ModelProvider {

  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("gen_ai.operation.name");
  private static final AttributeKey<String> PROVIDER =
      AttributeKey.stringKey("gen_ai.provider.name");
  private static final AttributeKey<String> REQUEST_MODEL =
      AttributeKey.stringKey("gen_ai.request.model");
  private static final AttributeKey<Boolean> REQUEST_STREAM =
      AttributeKey.booleanKey("gen_ai.request.stream");
  private static final AttributeKey<Long> REQUEST_MAX_TOKENS =
      AttributeKey.longKey("gen_ai.request.max_tokens");
  private static final AttributeKey<List<String>> FINISH_REASONS =
      AttributeKey.stringArrayKey("gen_ai.response.finish_reasons");
  private static final AttributeKey<Double> FIRST_CHUNK =
      AttributeKey.doubleKey("gen_ai.response.time_to_first_chunk");
  private static final AttributeKey<Long> INPUT_TOKENS =
      AttributeKey.longKey("gen_ai.usage.input_tokens");
  private static final AttributeKey<Long> OUTPUT_TOKENS =
      AttributeKey.longKey("gen_ai.usage.output_tokens");
  private static final AttributeKey<Long> CACHED_TOKENS =
      AttributeKey.longKey("gen_ai.usage.cache_read.input_tokens");
  private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
  private static final AttributeKey<Long> HTTP_STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> CATALOGUE_ID = AttributeKey.stringKey("fairlead.model");
  private static final AttributeKey<String> PROVIDER_KEY =
      AttributeKey.stringKey("fairlead.provider");

  private final ModelProvider next;
  private final String name;
  private final String vendor;
  private final MeterRegistry meters;
  private final Tracer tracer;
  private final TimeSource time;
  private final Map<String, ModelMeters> byModel = new ConcurrentHashMap<>();

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
      Tracer tracer,
      TimeSource time) {
    this.next = next;
    this.name = name;
    this.vendor = vendor;
    this.meters = meters;
    this.tracer = tracer;
    this.time = time;
  }

  @Override
  public Capabilities capabilities() {
    return next.capabilities();
  }

  @Override
  public Exchange open(ModelCall call, AnswerListener listener) {
    ModelMeters model =
        byModel.computeIfAbsent(call.model().id(), id -> new ModelMeters(meters, name, id));
    return next.open(call, new Observing(listener, model, span(call), call.streamed()));
  }

  private Span span(ModelCall call) {
    String operation = operation(call.form().dialect());
    Span span =
        tracer
            .spanBuilder(operation + " " + call.model().upstream())
            .setParent(call.parent())
            .setSpanKind(SpanKind.CLIENT)
            .startSpan();
    if (span.isRecording()) {
      span.setAttribute(OPERATION, operation);
      span.setAttribute(PROVIDER, vendor);
      span.setAttribute(REQUEST_MODEL, call.model().upstream());
      span.setAttribute(REQUEST_STREAM, call.streamed());
      span.setAttribute(CATALOGUE_ID, call.model().id());
      span.setAttribute(PROVIDER_KEY, name);
      if (call.maxOutputTokens() > 0) {
        span.setAttribute(REQUEST_MAX_TOKENS, (long) call.maxOutputTokens());
      }
    }
    return span;
  }

  private static String operation(Dialect dialect) {
    return switch (dialect) {
      case DIALECT_OPENAI_COMPLETIONS -> "text_completion";
      case DIALECT_OPENAI_EMBEDDINGS -> "embeddings";
      case DIALECT_OPENAI_CHAT,
          DIALECT_OPENAI_RESPONSES,
          DIALECT_ANTHROPIC_MESSAGES,
          DIALECT_UNSPECIFIED,
          UNRECOGNIZED ->
          "chat";
    };
  }

  private final class Observing extends ForwardingListener {
    private final ModelMeters model;
    private final Span span;
    private final long began = time.nanoTime();

    /** Whether the first content has yet to come; an answer that comes whole has no first token. */
    private boolean awaited;

    Observing(AnswerListener next, ModelMeters model, Span span, boolean streamed) {
      super(next);
      this.model = model;
      this.span = span;
      this.awaited = streamed;
    }

    @Override
    public void onPart(AnswerPart part) {
      if (awaited && part.content()) {
        awaited = false;
        long nanos = time.nanoTime() - began;
        model.firstToken(nanos);
        span.setAttribute(FIRST_CHUNK, nanos / 1e9);
      }
      super.onPart(part);
    }

    @Override
    public void onCompleted(Completion completion) {
      model.ended(AttemptResult.ATTEMPT_RESULT_SUCCESS, time.nanoTime() - began);
      if (span.isRecording()) {
        span.setAttribute(HTTP_STATUS, (long) completion.httpStatus());
        span.setAttribute(INPUT_TOKENS, completion.usage().promptTokens());
        span.setAttribute(OUTPUT_TOKENS, completion.usage().completionTokens());
        span.setAttribute(CACHED_TOKENS, completion.usage().cachedPromptTokens());
        span.setAttribute(
            FINISH_REASONS,
            List.of(
                completion
                    .finishReason()
                    .name()
                    .substring("FINISH_REASON_".length())
                    .toLowerCase(Locale.ROOT)));
      }
      span.end();
      super.onCompleted(completion);
    }

    @Override
    public void onFailed(UpstreamFailure failure) {
      model.ended(failure.result(), time.nanoTime() - began);
      if (span.isRecording()) {
        span.setStatus(StatusCode.ERROR, failure.failure().message());
        span.setAttribute(ERROR_TYPE, failure.failure().reason());
        if (failure.httpStatus() > 0) {
          span.setAttribute(HTTP_STATUS, (long) failure.httpStatus());
        }
      }
      span.end();
      super.onFailed(failure);
    }
  }
}
