package dev.fairlead.telemetry.failed;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FailedTracesTest {

  private static final Resource RESOURCE =
      Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "test"));

  private final List<SpanData> data = new ArrayList<>();
  private final List<String> sent = new ArrayList<>();
  private final AtomicLong nanoTime = new AtomicLong();
  private final SdkTracerProvider provider =
      SdkTracerProvider.builder()
          .setSampler(Sampler.alwaysOn())
          .addSpanProcessor(new Sent())
          .build();
  private final FailedTraces failures = new FailedTraces(new Sent(), RESOURCE, 2, nanoTime::get);
  private final KeepingTracer tracer = new KeepingTracer(provider.get("test"), 0, failures, "test");

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void trace_isForgotten_whenNothingFailed() {
    Span request = entry("request", Context.root());
    child("step", request).end();
    request.end();

    assertThat(sent).isEmpty();
  }

  @Test
  void trace_isSentWhole_whenAStepFailed() {
    Span request = entry("request", Context.root());
    child("fine", request).end();
    failed(child("step", request)).end();
    assertThat(sent).as("not before the request has ended").isEmpty();
    request.end();

    assertThat(sent).containsExactly("fine", "step", "request");
  }

  @Test
  void hop_isAnEntryOfItsOwn_whenItsCallerIsElsewhere() {
    Span request = entry("request", Context.root());
    Span hop = entry("hop", remote(request));
    failed(child("try", hop)).end();
    hop.end();
    request.end();

    assertThat(sent).containsExactly("try", "hop");
    assertThat(data)
        .extracting(SpanData::getTraceId)
        .containsOnly(request.getSpanContext().getTraceId());
    assertThat(data.getLast().getParentSpanId()).isEqualTo(request.getSpanContext().getSpanId());
  }

  @Test
  void span_tellsAllThatWasSaid_whenItIsSent() {
    nanoTime.set(5_000);
    Span request =
        tracer
            .spanBuilder("request")
            .setParent(Context.root())
            .setSpanKind(SpanKind.SERVER)
            .setAttribute("built", true)
            .addLink(entry("linked", Context.root()).getSpanContext())
            .startSpan();
    Span step = child("step", request);
    step.setAllAttributes(Attributes.of(AttributeKey.stringKey("a"), "first"));
    step.setAttribute("a", "last").setAttribute("n", 7L).setAttribute("ratio", 0.5);
    for (int i = 0; i < 20; i++) {
      step.setAttribute("many" + i, i);
    }
    step.recordException(new IllegalStateException("broken"));
    failed(step).setStatus(StatusCode.ERROR, "words");
    nanoTime.addAndGet(1_500);
    step.end();
    step.setAttribute("a", "too late").end();
    request.updateName("renamed").end();

    SpanData sentStep = data.getFirst();
    assertThat(sentStep.getName()).isEqualTo("step");
    assertThat(sentStep.getEndEpochNanos() - sentStep.getStartEpochNanos()).isEqualTo(1_500);
    assertThat(sentStep.getStatus()).isEqualTo(StatusData.create(StatusCode.ERROR, "words"));
    assertThat(sentStep.getAttributes().get(AttributeKey.stringKey("a"))).isEqualTo("last");
    assertThat(sentStep.getAttributes().get(AttributeKey.longKey("n"))).isEqualTo(7);
    assertThat(sentStep.getAttributes().get(AttributeKey.longKey("many19"))).isEqualTo(19);
    assertThat(sentStep.getAttributes().get(KeptSpan.ERROR_TYPE)).isEqualTo("TIMEOUT");
    assertThat(sentStep.getEvents())
        .singleElement()
        .satisfies(event -> {
          assertThat(event.getName()).isEqualTo("exception");
          assertThat(event.getAttributes().get(AttributeKey.stringKey("exception.message")))
              .isEqualTo("broken");
        });
    SpanData sentRequest = data.getLast();
    assertThat(sentRequest.getName()).isEqualTo("renamed");
    assertThat(sentRequest.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(sentRequest.getAttributes().get(AttributeKey.booleanKey("built"))).isTrue();
    assertThat(sentRequest.getLinks()).hasSize(1);
    assertThat(sentRequest.getResource()).isEqualTo(RESOURCE);
    assertThat(sentRequest.getParentSpanContext().isValid()).isFalse();
    assertThat(sentStep.getParentSpanId()).isEqualTo(sentRequest.getSpanId()).hasSize(16);
    assertThat(sentStep.getTraceId()).isEqualTo(sentRequest.getTraceId()).hasSize(32);
    assertThat(Instant.ofEpochSecond(0, sentRequest.getEndEpochNanos()))
        .isBetween(Instant.now().minusSeconds(60), Instant.now());
  }

  @Test
  void start_isWhenItWasSaidToBe_whenGivenInTimeOfTheDay() {
    Instant arrival = Instant.now().minusSeconds(2);
    failed(
            tracer
                .spanBuilder("request")
                .setParent(Context.root())
                .setStartTimestamp(arrival)
                .startSpan())
        .end();

    assertThat(
            Duration.between(
                    arrival, Instant.ofEpochSecond(0, data.getFirst().getStartEpochNanos()))
                .abs())
        .isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void share_isSampled_whenTracesBeginHere() {
    KeepingTracer half = new KeepingTracer(provider.get("test"), 0.5, failures, "test");
    int sampled = 0;
    for (int i = 0; i < 1000; i++) {
      Span span = half.spanBuilder("request").setNoParent().startSpan();
      boolean flag = span.getSpanContext().isSampled();
      assertThat(half.spanBuilder("step").setParent(Context.root().with(span)).startSpan())
          .as("a step is what its request is")
          .matches(step -> step.getSpanContext().isSampled() == flag)
          .matches(step ->
              step.getSpanContext().getTraceId().equals(span.getSpanContext().getTraceId()));
      sampled += flag ? 1 : 0;
    }
    assertThat(sampled).isBetween(350, 650);
  }

  @Test
  void lateSpan_standsForItself_whenItsRequestHasEnded() {
    Span request = entry("request", Context.root());
    Span late = child("late", request);
    Span fine = child("fine", request);
    request.end();
    failed(late).end();
    fine.end();

    assertThat(sent).containsExactly("late");
  }

  @Test
  void failures_areLimitedASecond_whenEverythingFails() {
    for (int i = 0; i < 5; i++) {
      failed(entry("request" + i, Context.root())).end();
    }
    assertThat(sent).containsExactly("request0", "request1");

    nanoTime.addAndGet(1_000_000_000L);
    failed(entry("later", Context.root())).end();
    assertThat(sent).endsWith("later").hasSize(3);
  }

  @Test
  void sampledTrace_isSentAtOnce_whenItsCallerSampledIt() {
    SpanContext caller =
        SpanContext.createFromRemoteParent(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.getDefault());
    entry("sampled", Context.root().with(Span.wrap(caller))).end();

    assertThat(sent).containsExactly("sampled");
  }

  private Span entry(String name, Context parent) {
    return tracer.spanBuilder(name).setParent(parent).startSpan();
  }

  private Span child(String name, Span parent) {
    return entry(name, Context.root().with(parent));
  }

  private static Span failed(Span span) {
    return span.setAttribute(KeptSpan.ERROR_TYPE, "TIMEOUT");
  }

  private static Context remote(Span caller) {
    SpanContext known = caller.getSpanContext();
    return Context.root()
        .with(
            Span.wrap(
                SpanContext.createFromRemoteParent(
                    known.getTraceId(),
                    known.getSpanId(),
                    known.getTraceFlags(),
                    known.getTraceState())));
  }

  private final class Sent implements SpanProcessor {
    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
      return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      sent.add(span.getName());
      data.add(span.toSpanData());
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }
}
