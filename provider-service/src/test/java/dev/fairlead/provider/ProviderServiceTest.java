package dev.fairlead.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.common.rpc.RpcChannels;
import dev.fairlead.common.rpc.RpcServer;
import dev.fairlead.provider.testkit.ScriptedUpstream;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.BreakerState;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FailedAttempts;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.GetStatusRequest;
import dev.fairlead.v1.ListModelsRequest;
import dev.fairlead.v1.ListModelsResponse;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.ProviderServiceGenerateRequest;
import dev.fairlead.v1.ProviderServiceGenerateResponse;
import dev.fairlead.v1.ProviderServiceGrpc;
import dev.fairlead.v1.ProviderServiceStreamGenerateRequest;
import dev.fairlead.v1.ProviderServiceStreamGenerateResponse;
import dev.fairlead.v1.ProviderServiceStreamGenerateResponse.EventCase;
import dev.fairlead.v1.RawEvents;
import dev.fairlead.v1.ReloadRequest;
import dev.fairlead.v1.UpstreamError;
import dev.fairlead.v1.Usage;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderServiceTest {

  private static final String KEY = "sk-secret-canary";

  @TempDir private Path directory;
  private Path file;
  private ScriptedUpstream upstream;
  private SimpleMeterRegistry meters;
  private ProviderNode node;
  private LocalServer server;
  private Channel channel;

  @BeforeEach
  void start() throws IOException {
    upstream = ScriptedUpstream.start();
    file = directory.resolve("fairlead.yaml");
    write("");
    meters = new SimpleMeterRegistry();
    node =
        ProviderNode.start(
            ConfigSource.load(file, Map.of()), meters, OpenTelemetry.noop().getTracer("test"));
    server = LocalServer.of(node.services(), List.of());
    channel = server.channel(List.of());
  }

  @AfterEach
  void stop() {
    server.close(Duration.ofSeconds(5));
    node.close();
    upstream.close();
  }

  private void write(String more) throws IOException {
    StringBuilder models = new StringBuilder();
    for (String script : ScriptedUpstream.SCRIPTS) {
      models
          .append("  - { id: \"")
          .append(script)
          .append("\", provider: lab, upstream: \"")
          .append(script);
      models.append("\", tier: cheap, price: { input: 0.15, output: 0.6 } }\n");
    }
    Files.writeString(
        file,
        "providers:\n  lab: { kind: openai, base_url: \""
            + upstream.baseUrl()
            + "\", api_key: "
            + KEY
            + " }\n"
            + "  spare: { kind: mock, mean_latency_ms: 5 }\n"
            + "models:\n"
            + models
            + "  - { id: spare, provider: spare }\n"
            + more
            + "provider:\n"
            + "  timeouts: { first_token: 2s, idle: 1s }\n"
            + "  retry: { base_backoff: 1ms }\n"
            + "  breaker: { minimum_calls: 5, window: 10 }\n");
  }

  private ProviderServiceGrpc.ProviderServiceBlockingStub stub() {
    return ProviderServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static GenerationCall.Builder raw(String... models) {
    return GenerationCall.newBuilder().setRaw(Spans.chat("hello")).addAllModelIds(List.of(models));
  }

  private ProviderServiceGenerateResponse generate(GenerationCall.Builder call) {
    return stub().generate(ProviderServiceGenerateRequest.newBuilder().setCall(call).build());
  }

  private List<ProviderServiceStreamGenerateResponse> stream(GenerationCall.Builder call) {
    List<ProviderServiceStreamGenerateResponse> all = new ArrayList<>();
    open(call).forEachRemaining(all::add);
    return all;
  }

  private Iterator<ProviderServiceStreamGenerateResponse> open(GenerationCall.Builder call) {
    return stub()
        .streamGenerate(ProviderServiceStreamGenerateRequest.newBuilder().setCall(call).build());
  }

  private StatusRuntimeException failure(GenerationCall.Builder call) {
    return Assertions.catchThrowableOfType(StatusRuntimeException.class, () -> generate(call));
  }

  @Test
  void generate_givesAnswerUsageAndAttempts_whenRaw() {
    ProviderServiceGenerateResponse response = generate(raw("ok"));
    assertThat(response.getRaw().getDialect()).isEqualTo(Dialect.DIALECT_OPENAI_CHAT);
    assertThat(response.getRaw().getBody().toStringUtf8()).contains("Hello world");
    assertThat(response.getCompleted().getModelId()).isEqualTo("ok");
    assertThat(response.getCompleted().getText()).isEqualTo("Hello world");
    assertThat(response.getCompleted().getUsage().getSource())
        .isEqualTo(Usage.Source.SOURCE_REPORTED);
    assertThat(response.getCompleted().getAttemptsList()).hasSize(1);
  }

  @Test
  void generate_givesTypedAnswer_whenTyped() {
    ChatRequest chat =
        ChatRequest.newBuilder()
            .addMessages(
                Message.newBuilder()
                    .setRole(Message.Role.ROLE_USER)
                    .addContent(ContentPart.newBuilder().setText("hi")))
            .build();
    ProviderServiceGenerateResponse response =
        generate(
            GenerationCall.newBuilder().setChat(chat).addModelIds("tools").setMaxOutputTokens(7));
    assertThat(response.getChat().getChoices(0).getMessage().getToolCalls(0).getArgumentsJson())
        .isEqualTo("{\"city\":\"Oslo\"}");
    assertThat(upstream.last().body()).contains("\"max_tokens\":7").contains("\"content\":\"hi\"");
  }

  @Test
  void stream_followsTheContractsOrder() {
    List<ProviderServiceStreamGenerateResponse> all = stream(raw("ok"));
    assertThat(all.getFirst().getEventCase()).isEqualTo(EventCase.ATTEMPT_STARTED);
    assertThat(all.get(all.size() - 2).getEventCase()).isEqualTo(EventCase.ATTEMPT_ENDED);
    assertThat(all.get(all.size() - 2).getAttemptEnded().hasTimeToFirstToken()).isTrue();
    assertThat(all.getLast().getEventCase()).isEqualTo(EventCase.COMPLETED);
    assertThat(all.subList(1, all.size() - 2))
        .allMatch(ProviderServiceStreamGenerateResponse::hasEvents);
    assertThat(all.get(all.size() - 3).getEvents().getKind()).isEqualTo(RawEvents.Kind.KIND_USAGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"500", "401", "404", "html", "cut-at-once", "error200", "429", "quota"})
  void anotherModelAnswers_whenTheFirstFailsBeforeContent(String script) {
    List<ProviderServiceStreamGenerateResponse> all = stream(raw(script, "spare"));
    assertThat(all.getLast().getCompleted().getModelId()).isEqualTo("spare");
    assertThat(all.getLast().getCompleted().getAttemptsList().getLast().getResult())
        .isEqualTo(AttemptResult.ATTEMPT_RESULT_SUCCESS);
    int tries =
        (int) upstream.ledger().stream().filter(entry -> entry.script().equals(script)).count();
    boolean repeats = List.of("500", "html", "cut-at-once", "error200").contains(script);
    assertThat(tries).isEqualTo(repeats ? 3 : 1);
  }

  @Test
  void retry_succeeds_whenTheVendorFailedOnce() {
    assertThat(generate(raw("flaky")).getCompleted().getAttemptsList()).hasSize(2);
    upstream.reset();
    StatusRuntimeException refused = failure(raw("flaky").setClientRetryCount(2));
    assertThat(FailureStatus.fromThrowable(refused))
        .isInstanceOf(Failure.UpstreamUnavailable.class);
    assertThat(upstream.ledger()).hasSize(1);
  }

  @Test
  void refusal_carriesTheVendorsErrorAndAttempts() {
    StatusRuntimeException error = failure(raw("400", "ok"));
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    UpstreamError body = FailureStatus.detail(error, UpstreamError.class).orElseThrow();
    assertThat(body.getHttpStatus()).isEqualTo(400);
    assertThat(body.getBody().toStringUtf8()).contains("unsupported_value");
    assertThat(FailureStatus.detail(error, FailedAttempts.class).orElseThrow().getAttemptsList())
        .hasSize(1);
  }

  @Test
  void vendors401_isOursAndNeverTheCallers() {
    StatusRuntimeException error = failure(raw("401"));
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(FailureStatus.fromThrowable(error)).isInstanceOf(Failure.UpstreamRejected.class);
    assertThat(error.toString()).doesNotContain(KEY);
  }

  @Test
  void failureAfterContent_endsTheStreamWithoutAnotherTry() {
    List<ProviderServiceStreamGenerateResponse> all = new ArrayList<>();
    Iterator<ProviderServiceStreamGenerateResponse> events = open(raw("cut", "ok"));
    StatusRuntimeException error =
        Assertions.catchThrowableOfType(
            StatusRuntimeException.class, () -> events.forEachRemaining(all::add));
    assertThat(FailureStatus.fromThrowable(error)).isInstanceOf(Failure.UpstreamMalformed.class);
    assertThat(all.getLast().getAttemptEnded().getUsage().getCompletionTokens()).isPositive();
    assertThat(upstream.ledger()).hasSize(1);
  }

  @Test
  void stall_timesOut_andTheVendorSeesTheEnd() {
    Iterator<ProviderServiceStreamGenerateResponse> events = open(raw("stall"));
    StatusRuntimeException error =
        Assertions.catchThrowableOfType(
            StatusRuntimeException.class, () -> events.forEachRemaining(e -> {}));
    assertThat(FailureStatus.fromThrowable(error)).isInstanceOf(Failure.Timeout.class);
    await().until(() -> upstream.last().end().equals("cancelled"));
  }

  @Test
  void cancellation_reachesTheVendor_andFreesThePlace() {
    Context.CancellableContext context = Context.current().withCancellation();
    context.run(() -> open(raw("stall")).next());
    await().until(() -> !upstream.ledger().isEmpty());
    context.cancel(null);
    await().atMost(Duration.ofSeconds(5)).until(() -> upstream.last().end().equals("cancelled"));
    await()
        .until(() ->
            stub().getStatus(GetStatusRequest.getDefaultInstance()).getProviders(0).getInFlight()
                == 0);
  }

  @Test
  void deadline_isPassedOn() {
    StatusRuntimeException error =
        Assertions.catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                ProviderServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(200, TimeUnit.MILLISECONDS)
                    .generate(
                        ProviderServiceGenerateRequest.newBuilder().setCall(raw("slow")).build()));
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    await().until(() -> upstream.last().end().equals("cancelled"));
  }

  @Test
  void backPressure_boundsWhatIsRead_whenTheCallerIsSlow() {
    Iterator<ProviderServiceStreamGenerateResponse> events = open(raw("many"));
    events.next();
    await()
        .during(Duration.ofMillis(300))
        .until(() -> upstream.last().bytesSent() < ScriptedUpstream.MANY_BYTES);
    StringBuilder text = new StringBuilder();
    events.forEachRemaining(event -> text.append(event.getEvents().getSse().toStringUtf8()));
    assertThat(text).contains("word0\"").contains("word239999\"");
  }

  @Test
  void breaker_opensForTheModel_andStatusSaysSo() {
    for (int i = 0; i < 4; i++) {
      failure(raw("503"));
    }
    var status = stub().getStatus(GetStatusRequest.getDefaultInstance()).getProviders(0);
    assertThat(status.getBreaker()).isEqualTo(BreakerState.BREAKER_STATE_CLOSED);
    assertThat(status.getOpenModelIdsList()).containsExactly("503");
    assertThat(status.getName()).isEqualTo("lab");
    assertThat(generate(raw("503", "ok")).getCompleted().getModelId()).isEqualTo("ok");
  }

  @Test
  void breaker_opensForTheProvider_whenItCannotBeReached() {
    upstream.close();
    for (String model : List.of("ok", "tools", "utf8")) {
      failure(raw(model));
    }
    var status = stub().getStatus(GetStatusRequest.getDefaultInstance()).getProviders(0);
    assertThat(status.getBreaker()).isEqualTo(BreakerState.BREAKER_STATE_OPEN);
    assertThat(status.hasRetryIn()).isTrue();
    assertThat(meters.get("llm.router.breaker.state").tag("provider", "lab").gauge().value())
        .isEqualTo(2);
    assertThat(generate(raw("ok", "spare")).getCompleted().getModelId()).isEqualTo("spare");
  }

  @Test
  void unknownModels_areSkippedOrNamed() {
    assertThat(generate(raw("nobody", "ok")).getCompleted().getModelId()).isEqualTo("ok");
    StatusRuntimeException error = failure(raw("nobody"));
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    GenerationCall.Builder embeddings =
        GenerationCall.newBuilder()
            .setRaw(Spans.raw(Dialect.DIALECT_OPENAI_EMBEDDINGS, "{\"model\":\"x\"}"))
            .addModelIds("spare");
    assertThat(failure(embeddings).getStatus().getCode())
        .isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(failure(GenerationCall.newBuilder().addModelIds("ok")).getStatus().getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failure(raw()).getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void h7_aThousandReloadsUnderLoad_loseNothing() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger answered = new AtomicInteger();
    List<Future<?>> callers = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 4; i++) {
        boolean streamed = i % 2 == 0;
        callers.add(
            pool.submit(() -> {
              while (!stop.get()) {
                if (streamed) {
                  assertThat(stream(raw("ok")).getLast().hasCompleted()).isTrue();
                } else {
                  assertThat(generate(raw("ok")).hasRaw()).isTrue();
                }
                answered.incrementAndGet();
              }
            }));
      }
      for (int i = 1; i <= 1000; i++) {
        write(i % 2 == 0 ? "" : "  - { id: more, provider: lab, upstream: ok }\n");
        assertThat(stub().reload(ReloadRequest.getDefaultInstance()).getVersion()).isEqualTo(i + 1);
        if (i % 100 == 0) {
          Files.writeString(file, "models: {");
          assertThatThrownBy(() -> stub().reload(ReloadRequest.getDefaultInstance()))
              .hasMessageContaining("fairlead.yaml");
        }
      }
      stop.set(true);
      for (Future<?> caller : callers) {
        caller.get();
      }
    }
    assertThat(answered.get()).isGreaterThan(100);
    assertThat(upstream.ledger().stream().map(ScriptedUpstream.Entry::end))
        .allMatch("finished"::equals);
    assertThat(upstream.ledger()).hasSize(answered.get());
    assertThat(meters.get("llm.router.upstream.in.flight").tag("provider", "lab").gauge().value())
        .isZero();
  }

  @Test
  void catalogue_isToldByItsDigest_whateverItsVersion() {
    ListModelsResponse whole = stub().listModels(ListModelsRequest.getDefaultInstance());
    assertThat(whole.getDigest()).matches("[0-9a-f]{64}");
    ListModelsRequest.Builder request =
        ListModelsRequest.newBuilder().setKnownVersion(whole.getVersion());
    assertThat(stub().listModels(request.setKnownDigest(whole.getDigest()).build()).getModelsList())
        .isEmpty();
    assertThat(stub().listModels(request.setKnownDigest("another").build()).getModelsList())
        .isEqualTo(whole.getModelsList());
  }

  @Test
  void replica_readsItsConfiguration_whenAnotherOneWasTold_once() throws IOException {
    write("  - { id: late, provider: lab, upstream: ok }\n");
    ListModelsRequest told =
        ListModelsRequest.newBuilder().setReloadAt(System.currentTimeMillis() + 60_000).build();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            stub().listModels(told).getModelsList().stream()
                .anyMatch(model -> model.getId().equals("late")));
    assertThat(stub().listModels(told).getVersion()).isEqualTo(2);
  }

  @Test
  void reload_swapsTheCatalogue_andKeepsTheOldOneWhenTheFileIsBad() throws IOException {
    ListModelsResponse before = stub().listModels(ListModelsRequest.getDefaultInstance());
    assertThat(before.getVersion()).isEqualTo(1);
    assertThat(
            stub()
                .listModels(ListModelsRequest.newBuilder().setKnownVersion(1).build())
                .getModelsList())
        .isEmpty();

    double unpriced = meters.get("llm.router.unpriced.models").gauge().value();
    write("  - { id: fresh, provider: lab, upstream: ok }\n");
    var reloaded = stub().reload(ReloadRequest.getDefaultInstance());
    assertThat(reloaded.getVersion()).isEqualTo(2);
    assertThat(reloaded.getWarningsList())
        .anyMatch(warning -> warning.contains("fresh has no price"));
    assertThat(meters.get("llm.router.unpriced.models").gauge().value()).isEqualTo(unpriced + 1);
    assertThat(generate(raw("fresh")).getCompleted().getModelId()).isEqualTo("fresh");

    write("  - { id: bad, provider: nobody }\n");
    StatusRuntimeException error =
        Assertions.catchThrowableOfType(
            StatusRuntimeException.class, () -> stub().reload(ReloadRequest.getDefaultInstance()));
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(Objects.requireNonNull(error.getMessage())).contains("nobody");
    assertThat(stub().listModels(ListModelsRequest.getDefaultInstance()).getVersion()).isEqualTo(2);
  }

  @Test
  void h7_reloadThatBreaks_isAnswered_andChangesNothing() throws IOException {
    write("catalog: { price_file: \"a\\0b\" }\n");
    StatusRuntimeException error =
        Assertions.catchThrowableOfType(
            StatusRuntimeException.class, () -> stub().reload(ReloadRequest.getDefaultInstance()));
    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(stub().listModels(ListModelsRequest.getDefaultInstance()).getVersion()).isEqualTo(1);
  }

  @Test
  void largeErrorBody_crossesARealConnection() throws IOException, InterruptedException {
    try (RpcServer real =
        RpcServer.listen(new InetSocketAddress("127.0.0.1", 0), node.services(), List.of())) {
      ManagedChannel overTcp = RpcChannels.connect("127.0.0.1:" + real.port(), List.of());
      StatusRuntimeException error =
          Assertions.catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  ProviderServiceGrpc.newBlockingStub(overTcp)
                      .withDeadlineAfter(20, TimeUnit.SECONDS)
                      .generate(
                          ProviderServiceGenerateRequest.newBuilder().setCall(raw("400")).build()));
      assertThat(FailureStatus.detail(error, UpstreamError.class)).isPresent();
      overTcp.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }
}
