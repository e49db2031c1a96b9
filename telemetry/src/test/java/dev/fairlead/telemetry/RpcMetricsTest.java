package dev.fairlead.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RpcMetricsTest {

  private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";

  private final List<SpanData> spans = new CopyOnWriteArrayList<>();

  @Test
  void duration_isCountedByServiceMethodAndCode_whenCallsEnd() throws IOException {
    try (Telemetry telemetry = Telemetry.start("test", TelemetrySettings.defaults());
        InProcessHop hop =
            InProcessHop.start(RpcMetricsTest::answer, telemetry.serverInterceptor(), List.of())) {
      hop.call("x");
      hop.call("x");
      assertThatThrownBy(() -> hop.call("limited")).hasMessageContaining("RESOURCE_EXHAUSTED");

      assertThat(telemetry.registry().scrape())
          .contains(count("OK", 2))
          .contains(count("RESOURCE_EXHAUSTED", 1))
          .contains("llm_router_rpc_duration_seconds_bucket")
          .contains("jvm_memory_used_bytes");
    }
  }

  @Test
  void duration_isCountedOnceAsCancelled_whenTheCallerGivesUp() throws IOException {
    try (Telemetry telemetry = Telemetry.start("test", TelemetrySettings.defaults());
        InProcessHop hop =
            InProcessHop.start(EchoService.silent(), telemetry.serverInterceptor(), List.of())) {
      ClientCalls.futureUnaryCall(hop.client().newCall(EchoService.ECHO, CallOptions.DEFAULT), "x")
          .cancel(true);

      Awaitility.await()
          .untilAsserted(
              () -> assertThat(telemetry.registry().scrape()).contains(count("CANCELLED", 1)));
      assertThat(telemetry.registry().scrape()).doesNotContain("code=\"UNKNOWN\"");
    }
  }

  @Test
  void bucket_namesItsTrace_whenTheSpanIsSampled() throws IOException {
    try (Telemetry telemetry = recording(1.0);
        InProcessHop hop =
            InProcessHop.start(RpcMetricsTest::answer, telemetry.serverInterceptor(), List.of())) {
      hop.call("x");

      String traceId = spans.getFirst().getTraceId();
      assertThat(telemetry.registry().scrape(OPEN_METRICS).lines())
          .anyMatch(line ->
              line.startsWith("llm_router_rpc_duration_seconds_bucket")
                  && line.contains("# {")
                  && line.contains("trace_id=\"" + traceId + "\""));
    }
  }

  @Test
  void span_tellsMethodAndStatus_whenTheCallFails() throws IOException {
    try (Telemetry telemetry = recording(1.0);
        InProcessHop hop =
            InProcessHop.start(RpcMetricsTest::answer, telemetry.serverInterceptor(), List.of())) {
      assertThatThrownBy(() -> hop.call("away")).hasMessageContaining("UNAVAILABLE");

      SpanData span = spans.getFirst();
      assertThat(span.getName()).isEqualTo("test.Echo/Echo");
      assertThat(span.getAttributes().get(MethodInstruments.STATUS_CODE)).isEqualTo(14L);
      assertThat(span.getStatus().getStatusCode())
          .isEqualTo(io.opentelemetry.api.trace.StatusCode.ERROR);
      assertThat(span.getResource().getAttributes().asMap().values()).contains("test", "fairlead");
    }
  }

  @Test
  void secondHop_isAChildOfTheFirst_whenTheCallerSampled() throws IOException {
    try (Telemetry telemetry = recording(0.0);
        InProcessHop second =
            InProcessHop.start(
                RpcMetricsTest::answer,
                telemetry.serverInterceptor(),
                List.of(telemetry.clientInterceptor()));
        InProcessHop first =
            InProcessHop.start(second::call, telemetry.serverInterceptor(), List.of())) {
      first.call("x", "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
      first.call("x");

      assertThat(spans)
          .hasSize(2)
          .allMatch(span -> span.getTraceId().equals("0af7651916cd43dd8448eb211c80319c"));
      assertThat(spans.get(0).getParentSpanId()).isEqualTo(spans.get(1).getSpanId());
      assertThat(spans.get(1).getParentSpanId()).isEqualTo("b7ad6b7169203331");
    }
  }

  private static String answer(String request) {
    return switch (request) {
      case "limited" -> throw Status.RESOURCE_EXHAUSTED.asRuntimeException();
      case "away" -> throw Status.UNAVAILABLE.asRuntimeException();
      default -> request;
    };
  }

  private static String count(String code, int count) {
    return "llm_router_rpc_duration_seconds_count{code=\"%s\",method=\"Echo\",service=\"test.Echo\"} %d"
        .formatted(code, count);
  }

  private Telemetry recording(double ratio) {
    return Telemetry.with(
        Tracing.recording(
            "test",
            io.opentelemetry.sdk.trace.samplers.Sampler.parentBased(
                io.opentelemetry.sdk.trace.samplers.Sampler.traceIdRatioBased(ratio)),
            new Collecting()),
        Duration.ofSeconds(1));
  }

  private final class Collecting implements SpanProcessor {
    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
      return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      spans.add(span.toSpanData());
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }
}
