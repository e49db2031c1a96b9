package dev.fairlead.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.util.LogbackMDCAdapter;
import io.grpc.Context;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PropagationTest {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

  private final Telemetry telemetry = Telemetry.start("test", TelemetrySettings.defaults());

  @AfterEach
  void close() {
    telemetry.close();
  }

  @Test
  void requestIdAndTenant_reachTheSecondHop_whenSentToTheFirst() throws IOException {
    try (InProcessHop second = backend(request -> ids());
        InProcessHop first = backend(request -> ids() + " then " + second.call(request))) {
      assertThat(first.call("x", "x-request-id", "r-1", "x-fairlead-tenant", "acme"))
          .isEqualTo("r-1 acme then r-1 acme");
    }
  }

  @Test
  void requestId_isReplacedOnceAndKept_whenInvalid() throws IOException {
    try (InProcessHop second = backend(request -> CallContext.REQUEST_ID.get());
        InProcessHop first =
            backend(request -> CallContext.REQUEST_ID.get() + " " + second.call(request))) {
      assertThat(first.call("x", "x-request-id", "not valid!")).matches("(req-[0-9a-f]{32}) \\1");
    }
  }

  @Test
  void tenant_isDefault_whenNoneWasSent_andWhenTheEdgeWasTold() throws IOException {
    try (InProcessHop backend = backend(request -> CallContext.TENANT.get());
        InProcessHop edge =
            InProcessHop.start(
                request -> CallContext.TENANT.get(),
                telemetry.edgeServerInterceptor(),
                List.of())) {
      assertThat(backend.call("x")).isEqualTo("default");
      assertThat(edge.call("x", "x-fairlead-tenant", "acme")).isEqualTo("default");
    }
  }

  @Test
  void traceContext_isPassedOnUnchanged_whenNothingIsExported() throws IOException {
    try (InProcessHop second = backend(request -> trace() + CallHeaderProbe.lastTraceState());
        InProcessHop first = backend(second::call)) {
      assertThat(first.call("x", "traceparent", PARENT, "tracestate", "vendor=1"))
          .isEqualTo(TRACE + "-b7ad6b7169203331-01" + "vendor=1");
    }
  }

  @Test
  void traceContext_isAbsent_whenMalformedOrNotSent() throws IOException {
    try (InProcessHop hop =
        backend(request -> String.valueOf(Span.current().getSpanContext().isValid()))) {
      assertThat(hop.call("x")).isEqualTo("false");
      assertThat(hop.call("x", "traceparent", "00-zz-1-01")).isEqualTo("false");
    }
  }

  @Test
  void logKeys_areSetDuringTheCallAndRestored_whenHopsNestOnOneThread() throws IOException {
    try (InProcessHop inner = backend(request -> log());
        InProcessHop outer =
            backend(request ->
                log() + "," + inner.call(request, "x-request-id", "r-2") + "," + log())) {
      assertThat(outer.call("x", "x-request-id", "r-1", "traceparent", PARENT))
          .isEqualTo("r-1 " + TRACE + ",r-2 " + TRACE + ",r-1 " + TRACE);
      assertThat(log()).isEqualTo("none");
    }
  }

  @Test
  void context_followsToAnotherThread_whenTheExecutorCarriesIt() throws IOException {
    try (ExecutorService pool = Executors.newSingleThreadExecutor();
        InProcessHop second = backend(request -> ids() + " " + trace());
        InProcessHop first =
            backend(request ->
                CompletableFuture.supplyAsync(
                        () -> log() + "," + second.call("y"), CallContext.carrying(pool))
                    .join())) {
      assertThat(
              first.call(
                  "x", "x-request-id", "r-1", "x-fairlead-tenant", "acme", "traceparent", PARENT))
          .isEqualTo("r-1 " + TRACE + ",r-1 acme " + TRACE + "-b7ad6b7169203331-01");
    }
  }

  @Test
  void context_isMadeByHand_whenARequestEntersByAnotherDoor() throws Exception {
    SpanContext span =
        SpanContext.createFromRemoteParent(
            TRACE,
            "b7ad6b7169203331",
            io.opentelemetry.api.trace.TraceFlags.getSampled(),
            io.opentelemetry.api.trace.TraceState.getDefault());
    Context context =
        CallContext.of(
            "r-9", "acme", io.opentelemetry.context.Context.root().with(Span.wrap(span)));
    try (InProcessHop hop = backend(request -> ids() + " " + trace())) {
      assertThat(context.call(() -> hop.call("x")))
          .isEqualTo("r-9 acme " + TRACE + "-b7ad6b7169203331-01");
    }
  }

  private InProcessHop backend(java.util.function.UnaryOperator<String> handler)
      throws IOException {
    return InProcessHop.start(
        handler, telemetry.serverInterceptor(), List.of(telemetry.clientInterceptor()));
  }

  private static String ids() {
    return CallContext.REQUEST_ID.get() + " " + CallContext.TENANT.get();
  }

  private static String trace() {
    SpanContext span = Span.current().getSpanContext();
    return span.getTraceId() + "-" + span.getSpanId() + "-" + span.getTraceFlags().asHex();
  }

  private static String log() {
    Map<String, String> keys = new CallKeys(new LogbackMDCAdapter()).getPropertyMap();
    return keys == null ? "none" : keys.get("request_id") + " " + keys.get("trace_id");
  }

  private static final class CallHeaderProbe {
    static String lastTraceState() {
      StringBuilder state = new StringBuilder();
      Span.current()
          .getSpanContext()
          .getTraceState()
          .forEach((key, value) -> state.append(key + "=" + value));
      return state.toString();
    }
  }
}
