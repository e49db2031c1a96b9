package dev.fairlead.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FailedTracesTest {

  private final List<String> sent = new ArrayList<>();
  private final AtomicLong nanoTime = new AtomicLong();
  private final SdkTracerProvider provider =
      SdkTracerProvider.builder()
          .setSampler(new KeepingSampler(Sampler.parentBased(Sampler.alwaysOff())))
          .addSpanProcessor(new FailedTraces(new Sent(), 2, nanoTime::get))
          .build();

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
  void trace_waitsForItsLastEntry_whenServicesShareTheProcess() {
    Span request = entry("request", Context.root());
    Span hop = entry("hop", remote(request));
    failed(child("try", hop)).end();
    hop.end();
    assertThat(sent).isEmpty();
    request.end();

    assertThat(sent).containsExactly("try", "hop", "request");
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
    return provider.get("test").spanBuilder(name).setParent(parent).startSpan();
  }

  private Span child(String name, Span parent) {
    return entry(name, Context.root().with(parent));
  }

  private static Span failed(Span span) {
    return span.setAttribute(FailedTraces.ERROR_TYPE, "TIMEOUT");
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
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }
}
