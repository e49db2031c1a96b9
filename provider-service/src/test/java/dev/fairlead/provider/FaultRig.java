package dev.fairlead.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.linecorp.armeria.client.ClientFactoryBuilder;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.FailedAttempts;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.GenerationCompleted;
import dev.fairlead.v1.GetStatusRequest;
import dev.fairlead.v1.ProviderServiceGenerateRequest;
import dev.fairlead.v1.ProviderServiceGenerateResponse;
import dev.fairlead.v1.ProviderServiceGrpc;
import dev.fairlead.v1.ProviderServiceStreamGenerateRequest;
import dev.fairlead.v1.ProviderStatus;
import dev.fairlead.v1.RawRequest;
import dev.fairlead.v1.Usage;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A provider service in this process, whose vendors are servers of the test. */
final class FaultRig implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final RawRequest HELLO = Spans.chat("hello");

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ProviderNode node;
  private final LocalServer server;
  private final Channel channel;

  FaultRig(String yaml) {
    this(yaml, UnaryOperator.identity());
  }

  /** With connections that are made in a way of its own. */
  FaultRig(String yaml, UnaryOperator<ClientFactoryBuilder> connections) {
    node =
        ProviderNode.start(
            ConfigSource.parse("test", yaml, Map.of()),
            meters,
            OpenTelemetry.noop().getTracer("test"),
            connections);
    server = LocalServer.of(node.services(), List.of());
    channel = server.channel(List.of());
  }

  /**
   * What a caller was told.
   *
   * @param failure null when there was an answer
   * @param text of the answer, as the vendor wrote it
   */
  record Told(@Nullable Failure failure, List<Attempt> attempts, String text, Usage usage) {
    boolean answered() {
      return failure == null;
    }
  }

  private ProviderServiceGrpc.ProviderServiceBlockingStub stub() {
    return ProviderServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private static GenerationCall call(RawRequest request, String... models) {
    return GenerationCall.newBuilder().setRaw(request).addAllModelIds(List.of(models)).build();
  }

  /** A whole answer. */
  Told generate(String... models) {
    try {
      ProviderServiceGenerateResponse response =
          stub()
              .generate(
                  ProviderServiceGenerateRequest.newBuilder().setCall(call(HELLO, models)).build());
      GenerationCompleted completed = response.getCompleted();
      String text = response.getRaw().getBody().toStringUtf8();
      return new Told(null, completed.getAttemptsList(), text, completed.getUsage());
    } catch (StatusRuntimeException e) {
      return failed(e, "");
    }
  }

  /** A streamed one. */
  Told stream(String... models) {
    return stream(HELLO, models);
  }

  /** A streamed one of this request. */
  Told stream(RawRequest request, String... models) {
    StringBuilder text = new StringBuilder();
    GenerationCompleted.Builder completed = GenerationCompleted.newBuilder();
    try {
      stub()
          .streamGenerate(
              ProviderServiceStreamGenerateRequest.newBuilder()
                  .setCall(call(request, models))
                  .build())
          .forEachRemaining(event -> {
            text.append(event.getEvents().getSse().toStringUtf8());
            completed.mergeFrom(event.getCompleted());
          });
      return new Told(null, completed.getAttemptsList(), text.toString(), completed.getUsage());
    } catch (StatusRuntimeException e) {
      return failed(e, text.toString());
    }
  }

  private static Told failed(StatusRuntimeException e, String text) {
    return new Told(
        FailureStatus.fromThrowable(e),
        FailureStatus.detail(e, FailedAttempts.class)
            .map(FailedAttempts::getAttemptsList)
            .orElse(List.of()),
        text,
        Usage.getDefaultInstance());
  }

  /** How a provider is. */
  ProviderStatus status(String provider) {
    return stub().getStatus(GetStatusRequest.getDefaultInstance()).getProvidersList().stream()
        .filter(status -> status.getName().equals(provider))
        .findFirst()
        .orElseThrow();
  }

  /** Second tries that went so. */
  double hedges(String result) {
    return meters.get("llm.router.hedges").tag("result", result).counter().count();
  }

  /** Every place is given back. */
  void awaitIdle() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(meters.find("llm.router.upstream.in.flight").gauges())
                .extracting(Gauge::value)
                .containsOnly(0.0));
  }

  @Override
  public void close() {
    server.close(Duration.ofSeconds(5));
    node.close();
  }
}
