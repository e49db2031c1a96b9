package dev.fairlead.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Spans reach a collector that this test is. */
class OtlpExportIT {

  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final List<String> tokens = new CopyOnWriteArrayList<>();

  @Test
  void spans_arriveByGrpc_whenTheEndpointIsABareHostAndPort() throws IOException {
    io.grpc.Server collector =
        NettyServerBuilder.forAddress(new InetSocketAddress("localhost", 0))
            .addService(new Collector())
            .intercept(new Tokens())
            .build()
            .start();
    try (Telemetry telemetry =
        start("localhost:" + collector.getPort(), "grpc", Duration.ofSeconds(5))) {
      telemetry.tracer().spanBuilder("by-grpc").startSpan().end();

      Awaitility.await()
          .untilAsserted(
              () -> assertThat(spans).extracting(Span::getName).containsExactly("by-grpc"));
      assertThat(tokens).containsOnly("Bearer t");
    } finally {
      collector.shutdownNow();
    }
  }

  @Test
  void failedTrace_arrivesWhole_whenNoTraceIsSampled() throws IOException {
    io.grpc.Server collector =
        NettyServerBuilder.forAddress(new InetSocketAddress("localhost", 0))
            .addService(new Collector())
            .build()
            .start();
    try (Telemetry telemetry =
            start(
                "localhost:" + collector.getPort(),
                "grpc",
                Duration.ofSeconds(5),
                Duration.ofMillis(50),
                0,
                10);
        InProcessHop second =
            hop(
                telemetry,
                request -> {
                  if (request.equals("away")) {
                    throw io.grpc.Status.UNAVAILABLE.asRuntimeException();
                  }
                  return request;
                });
        InProcessHop first = hop(telemetry, request -> tried(second, request))) {
      first.call("fine");
      first.call("away");
      first.call("fine");

      Awaitility.await().untilAsserted(() -> assertThat(spans).hasSize(2));
      assertThat(spans).extracting(Span::getTraceId).containsOnly(spans.getFirst().getTraceId());
      assertThat(spans)
          .extracting(span -> span.getStatus().getCode().name())
          .containsExactly("STATUS_CODE_ERROR", "STATUS_CODE_UNSET");
    } finally {
      collector.shutdownNow();
    }
  }

  @Test
  void manySpans_arriveInFewCalls_andNoneIsLost() throws IOException {
    io.grpc.Server collector =
        NettyServerBuilder.forAddress(new InetSocketAddress("localhost", 0))
            .addService(new Collector())
            .intercept(new Tokens())
            .build()
            .start();
    try {
      Telemetry telemetry =
          start(
              "localhost:" + collector.getPort(),
              Duration.ofSeconds(60),
              TelemetrySettings.defaults().exportQueue());
      for (int i = 0; i < 5_000; i++) {
        telemetry.tracer().spanBuilder("burst").startSpan().end();
      }
      telemetry.close();

      assertThat(spans).hasSize(5_000);
      assertThat(tokens).hasSizeLessThanOrEqualTo(4);
    } finally {
      collector.shutdownNow();
    }
  }

  private static String tried(InProcessHop hop, String request) {
    try {
      return hop.call(request);
    } catch (io.grpc.StatusRuntimeException e) {
      return "repaired";
    }
  }

  @Test
  void spans_arriveByHttp_whenTheProtocolSaysSo() {
    try (com.linecorp.armeria.server.Server collector = httpCollector();
        Telemetry telemetry = start(url(collector), "http/protobuf", Duration.ofSeconds(5))) {
      telemetry.tracer().spanBuilder("by-http").startSpan().end();

      Awaitility.await()
          .untilAsserted(
              () -> assertThat(spans).extracting(Span::getName).containsExactly("by-http"));
      assertThat(tokens).containsOnly("Bearer t");
    }
  }

  @Test
  void spans_areFlushed_whenTelemetryCloses() {
    try (com.linecorp.armeria.server.Server collector = httpCollector()) {
      Telemetry telemetry =
          start(url(collector), "http/protobuf", Duration.ofSeconds(10), Duration.ofHours(1));
      telemetry.tracer().spanBuilder("last").startSpan().end();
      assertThat(spans).isEmpty();

      telemetry.close();

      assertThat(spans).extracting(Span::getName).containsExactly("last");
    }
  }

  @Test
  void close_isBounded_whenNoCollectorListens() throws IOException {
    int unused;
    try (ServerSocket socket = new ServerSocket(0)) {
      unused = socket.getLocalPort();
    }
    Telemetry telemetry =
        start("localhost:" + unused, "grpc", Duration.ofMillis(200), Duration.ofHours(1));
    telemetry.tracer().spanBuilder("lost").startSpan().end();

    long begun = System.nanoTime();
    telemetry.close();

    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void twoHops_areOneTrace_whenExported() throws IOException {
    try (com.linecorp.armeria.server.Server collector = httpCollector();
        Telemetry telemetry = start(url(collector), "http/protobuf", Duration.ofSeconds(5));
        InProcessHop second = hop(telemetry, request -> request);
        InProcessHop first = hop(telemetry, second::call)) {
      first.call("x");

      Awaitility.await().untilAsserted(() -> assertThat(spans).hasSize(2));
      assertThat(spans).extracting(Span::getTraceId).containsOnly(spans.getFirst().getTraceId());
      assertThat(spans).extracting(Span::getKind).containsOnly(Span.SpanKind.SPAN_KIND_SERVER);
    }
  }

  private static InProcessHop hop(
      Telemetry telemetry, java.util.function.UnaryOperator<String> handler) throws IOException {
    return InProcessHop.start(
        handler, telemetry.serverInterceptor(), List.of(telemetry.clientInterceptor()));
  }

  private static Telemetry start(String endpoint, String protocol, Duration flush) {
    return start(endpoint, protocol, flush, Duration.ofMillis(50));
  }

  private static Telemetry start(
      String endpoint, String protocol, Duration flush, Duration interval) {
    return start(endpoint, protocol, flush, interval, 1.0, 0);
  }

  private static Telemetry start(
      String endpoint,
      String protocol,
      Duration flush,
      Duration interval,
      double ratio,
      int errors) {
    return start(endpoint, protocol, flush, interval, ratio, errors, 100);
  }

  /** Sends by gRPC, at the end or as soon as there is enough for a call. */
  private static Telemetry start(String endpoint, Duration flush, int queue) {
    return start(endpoint, "grpc", flush, Duration.ofHours(1), 1.0, 0, queue);
  }

  private static Telemetry start(
      String endpoint,
      String protocol,
      Duration flush,
      Duration interval,
      double ratio,
      int errors,
      int queue) {
    return Telemetry.start(
        "test",
        new TelemetrySettings(
            "INFO",
            "text",
            true,
            endpoint,
            protocol,
            "authorization=Bearer t",
            ratio,
            errors,
            interval,
            Duration.ofSeconds(10),
            queue,
            flush,
            ""));
  }

  private static String url(com.linecorp.armeria.server.Server collector) {
    return "http://localhost:" + collector.activeLocalPort();
  }

  private com.linecorp.armeria.server.Server httpCollector() {
    com.linecorp.armeria.server.Server server =
        com.linecorp.armeria.server.Server.builder()
            .service(
                "/v1/traces",
                (ctx, request) ->
                    HttpResponse.of(
                        request
                            .aggregate()
                            .thenApply(body -> {
                              tokens.add(body.headers().get("authorization", ""));
                              receive(parse(body.content().array()));
                              return HttpResponse.of(HttpStatus.OK);
                            })))
            .build();
    server.start().join();
    return server;
  }

  private static ExportTraceServiceRequest parse(byte[] body) {
    try {
      return ExportTraceServiceRequest.parseFrom(body);
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not an export request", e);
    }
  }

  private void receive(ExportTraceServiceRequest request) {
    request
        .getResourceSpansList()
        .forEach(resource ->
            resource.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList())));
  }

  private final class Collector extends TraceServiceGrpc.TraceServiceImplBase {
    @Override
    public void export(
        ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> observer) {
      receive(request);
      observer.onNext(ExportTraceServiceResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }

  private final class Tokens implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      tokens.add(
          String.valueOf(
              headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER))));
      return next.startCall(call, headers);
    }
  }
}
