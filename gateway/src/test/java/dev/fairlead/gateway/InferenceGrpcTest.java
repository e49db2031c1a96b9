package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Duration;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.common.rpc.RpcChannels;
import dev.fairlead.v1.CacheControl;
import dev.fairlead.v1.CacheResult;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.GenerateRequest;
import dev.fairlead.v1.GenerateResponse;
import dev.fairlead.v1.InferenceServiceGrpc;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Outcome;
import dev.fairlead.v1.RequestControls;
import dev.fairlead.v1.RouteRequest;
import dev.fairlead.v1.RouteResponse;
import dev.fairlead.v1.RoutingServiceGrpc;
import dev.fairlead.v1.ServiceLevel;
import dev.fairlead.v1.StreamGenerateRequest;
import dev.fairlead.v1.StreamGenerateResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InferenceGrpcTest {

  private static final ChatRequest CHAT =
      ChatRequest.newBuilder()
          .addMessages(
              Message.newBuilder()
                  .setRole(Message.Role.ROLE_USER)
                  .addContent(ContentPart.newBuilder().setText("hi")))
          .build();
  private static FakeBackends backends;
  private static ManagedChannel channel;
  private InferenceServiceGrpc.InferenceServiceBlockingStub stub;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("");
    channel = RpcChannels.connect("127.0.0.1:" + backends.node.grpcPort(), List.of());
    await().until(backends.node::ready);
  }

  @AfterAll
  static void stop() throws Exception {
    channel.shutdownNow();
    backends.close();
  }

  @BeforeEach
  void reset() {
    backends.reset();
    stub = InferenceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  @Test
  void generate_answersTyped_withWhatItTook() {
    GenerateResponse response = stub.generate(GenerateRequest.newBuilder().setChat(CHAT).build());
    assertThat(response.getChat().getChoices(0).getMessage().getContent(0).getText())
        .isEqualTo("ok");
    assertThat(response.getOutcome().getModelId()).isEqualTo("small");
    assertThat(response.getOutcome().getCostNanoUsd()).isEqualTo(210_000);
    assertThat(response.getOutcome().getCache()).isEqualTo(CacheResult.CACHE_RESULT_MISS);
    assertThat(response.getOutcome().getAttemptsList()).hasSize(1);
    GenerateResponse again = stub.generate(GenerateRequest.newBuilder().setChat(CHAT).build());
    assertThat(again.getOutcome().getCache()).isEqualTo(CacheResult.CACHE_RESULT_HIT);
    assertThat(again.getOutcome().getCostNanoUsd()).isZero();
  }

  @Test
  void stream_beginsWithTheDecision_andEndsWithTheOutcome_alsoFromTheCache() {
    for (CacheResult expected :
        List.of(CacheResult.CACHE_RESULT_MISS, CacheResult.CACHE_RESULT_HIT)) {
      List<StreamGenerateResponse> messages = new ArrayList<>();
      stub.streamGenerate(StreamGenerateRequest.newBuilder().setChat(CHAT).build())
          .forEachRemaining(messages::add);
      assertThat(messages.getFirst().getStarted().getModelId()).isEqualTo("small");
      assertThat(messages.getLast().getCompleted().getCache()).isEqualTo(expected);
      StringBuilder text = new StringBuilder();
      messages.forEach(message -> text.append(message.getDelta().getText()));
      assertThat(text.toString()).isEqualTo("ok");
    }
  }

  private Outcome lastOf(GenerateRequest request) {
    Outcome last = Outcome.getDefaultInstance();
    Iterator<StreamGenerateResponse> stream =
        stub.streamGenerate(
            StreamGenerateRequest.newBuilder()
                .setChat(request.getChat())
                .setControls(request.getControls())
                .build());
    while (stream.hasNext()) {
      last = stream.next().getCompleted();
    }
    return last;
  }

  @Test
  void outcome_tellsWhatTheRequestWasWorth_wholeAndStreamed() {
    backends.scorer.expectedGain = 0.3;
    RequestControls.Builder fresh =
        RequestControls.newBuilder().setCacheControl(CacheControl.newBuilder().setNoStore(true));
    GenerateRequest plain = wishing(fresh.clone());
    GenerateRequest within =
        wishing(fresh.clone().setLatencySlo(Duration.newBuilder().setSeconds(60)));
    GenerateRequest dear = wishing(fresh.clone().setMaxCostNanoUsd(100_000));
    for (Outcome told : List.of(stub.generate(within).getOutcome(), lastOf(within))) {
      assertThat(told.getCostNanoUsd()).isEqualTo(210_000);
      assertThat(told.getBaselineCostNanoUsd()).isEqualTo(3_500_000);
      assertThat(told.getSavedNanoUsd()).isEqualTo(3_290_000);
      assertThat(told.getExpectedQuality()).isEqualTo(0.7);
      assertThat(told.getServiceLevel()).isEqualTo(ServiceLevel.SERVICE_LEVEL_MET);
    }
    for (Outcome told : List.of(stub.generate(dear).getOutcome(), lastOf(dear))) {
      assertThat(told.getServiceLevel()).isEqualTo(ServiceLevel.SERVICE_LEVEL_MISSED);
    }
    GenerateRequest named =
        plain.toBuilder().setChat(CHAT.toBuilder().setModel("small")).build();
    assertThat(stub.generate(named).getOutcome().hasExpectedQuality())
        .as("the caller's own choice")
        .isFalse();
  }

  @Test
  void failure_keepsItsKind() {
    backends.provider.failure = new Failure.UpstreamUnavailable("away", 0, null);
    assertThatThrownBy(() -> stub.generate(GenerateRequest.newBuilder().setChat(CHAT).build()))
        .satisfies(
            e -> assertThat(FailureStatus.fromThrowable(e)).isEqualTo(backends.provider.failure));
    assertThatThrownBy(() -> stub.generate(GenerateRequest.getDefaultInstance()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
  }

  @Test
  void deadlineAndCancellation_reachTheProvider() {
    // What a first call takes longer must not use the deadline up before the provider is reached.
    var unused =
        stub.generate(
            GenerateRequest.newBuilder().setChat(CHAT.toBuilder().setModel("small")).build());
    backends.provider.hang = true;
    assertThatThrownBy(() ->
            stub.withDeadlineAfter(3, TimeUnit.SECONDS)
                .generate(GenerateRequest.newBuilder().setChat(CHAT).build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    await().until(() -> backends.provider.cancelled.get() == 1);
    io.grpc.Context.CancellableContext context = io.grpc.Context.current().withCancellation();
    context.run(() -> {
      Iterator<StreamGenerateResponse> stream =
          stub.streamGenerate(StreamGenerateRequest.newBuilder().setChat(CHAT).build());
      assertThat(stream.next().hasStarted()).isTrue();
      context.cancel(null);
    });
    await().until(() -> backends.provider.cancelled.get() == 2);
    await().untilAsserted(() -> assertThat(backends.cache.openLeases.get()).isZero());
  }

  @Test
  void route_decidesWithoutAModelCall() {
    backends.scorer.complexity = text -> 0.8;
    RouteResponse response =
        RoutingServiceGrpc.newBlockingStub(channel)
            .route(RouteRequest.newBuilder().setChat(CHAT).build());
    assertThat(response.getDecision().getModelId()).isEqualTo("large");
    assertThat(response.getDecision().getReason()).isEqualTo("complexity_above_complex");
    assertThat(response.getDecision().getCandidatesCount()).isEqualTo(3);
    assertThat(response.getCache()).isEqualTo(CacheResult.CACHE_RESULT_MISS);
    assertThat(backends.provider.calls).isEmpty();
  }

  private static GenerateRequest wishing(RequestControls.Builder controls) {
    return GenerateRequest.newBuilder().setChat(CHAT).setControls(controls).build();
  }

  private Failure failureOf(GenerateRequest request) {
    return FailureStatus.fromThrowable(
        catchThrowableOfType(StatusRuntimeException.class, () -> stub.generate(request)));
  }

  @Test
  void wishes_areKept_orRefusedByName() {
    backends.scorer.complexity = text -> 0.9;
    assertThat(stub.generate(wishing(RequestControls.newBuilder())).getOutcome().getModelId())
        .isEqualTo("large");
    GenerateResponse cheapest =
        stub.generate(
            wishing(
                RequestControls.newBuilder()
                    .setPolicy("cheapest")
                    .setCacheControl(CacheControl.newBuilder().setNoStore(true))));
    assertThat(cheapest.getOutcome().getModelId()).isEqualTo("small");
    assertThat(cheapest.getOutcome().getPolicy()).isEqualTo("cheapest");
    assertThat(cheapest.getOutcome().getCache()).isEqualTo(CacheResult.CACHE_RESULT_BYPASS);
    assertThat(backends.cache.stored).hasSize(1);
    backends.cache.stored.clear();
    assertThat(failureOf(wishing(RequestControls.newBuilder().setMaxCostNanoUsd(1))))
        .isInstanceOf(Failure.BudgetExceeded.class);
    Map<RequestControls.Builder, String> refused =
        Map.of(
            RequestControls.newBuilder().setPolicy("none"), "policy",
            RequestControls.newBuilder().setQualityTarget(2), "controls.quality_target",
            RequestControls.newBuilder().addTags(""), "controls.tags",
            RequestControls.newBuilder().setLatencySlo(Duration.newBuilder()),
                "controls.latency_slo");
    refused.forEach((controls, param) ->
        assertThat(failureOf(wishing(controls)))
            .isInstanceOfSatisfying(
                Failure.InvalidRequest.class,
                failure -> assertThat(failure.param()).isEqualTo(param)));
    assertThat(backends.provider.calls).hasSize(2);
  }

  @Test
  void unknownModel_andLimits_areRefused_beforeAnyCall() {
    GenerateRequest unknown =
        GenerateRequest.newBuilder().setChat(CHAT.toBuilder().setModel("none")).build();
    assertThat(failureOf(unknown)).isInstanceOf(Failure.UnknownModel.class);
    GenerateRequest many =
        GenerateRequest.newBuilder().setChat(CHAT.toBuilder().setChoiceCount(129)).build();
    assertThat(failureOf(many))
        .isInstanceOfSatisfying(
            Failure.InvalidRequest.class,
            failure -> assertThat(failure.param()).isEqualTo("choice_count"));
    assertThat(backends.provider.calls).isEmpty();
  }

  @Test
  void identicalStreams_shareOneCall_whichEndsWithTheLastOfThem() {
    backends.provider.live = true;
    List<io.grpc.Context.CancellableContext> callers = new ArrayList<>();
    List<Iterator<StreamGenerateResponse>> streams = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      io.grpc.Context.CancellableContext caller = io.grpc.Context.ROOT.withCancellation();
      callers.add(caller);
      caller.run(() -> {
        Iterator<StreamGenerateResponse> stream =
            stub.streamGenerate(StreamGenerateRequest.newBuilder().setChat(CHAT).build());
        await().until(() -> backends.provider.upstreams.size() == 1);
        if (streams.isEmpty()) {
          backends.provider.upstreams.getFirst().events("one", 1);
        }
        assertThat(stream.next().hasStarted()).isTrue();
        assertThat(stream.next().getDelta().getText()).isEqualTo("one");
        streams.add(stream);
      });
    }
    LiveUpstream upstream = backends.provider.upstreams.getFirst();
    callers.getFirst().cancel(null);
    upstream.events("two", 1);
    assertThat(streams.getLast().next().getDelta().getText()).isEqualTo("two");
    assertThat(upstream.cancelledNanos()).isNull();
    callers.getLast().cancel(null);
    await().untilAsserted(() -> assertThat(upstream.cancelledNanos()).isNotNull());
    assertThat(backends.provider.calls).hasSize(1);
  }

  @Test
  void follower_isTold_thatItsAnswerWasAnothers() {
    backends.provider.live = true;
    List<CacheResult> results = new CopyOnWriteArrayList<>();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      callers.add(
          Thread.ofVirtual()
              .start(() ->
                  stub.streamGenerate(StreamGenerateRequest.newBuilder().setChat(CHAT).build())
                      .forEachRemaining(piece -> {
                        if (piece.hasCompleted()) {
                          results.add(piece.getCompleted().getCache());
                        }
                      })));
    }
    await().until(() -> backends.provider.upstreams.size() == 1);
    await()
        .untilAsserted(() ->
            assertThat(Http.get(backends.url("/metrics")).body())
                .contains("llm_router_requests_in_flight 2.0"));
    backends.provider.upstreams.getFirst().events("all", 1);
    backends.provider.upstreams.getFirst().finish();
    await().until(() -> results.size() == 2);
    assertThat(results)
        .containsExactlyInAnyOrder(
            CacheResult.CACHE_RESULT_MISS, CacheResult.CACHE_RESULT_COALESCED);
    await().until(() -> callers.stream().noneMatch(Thread::isAlive));
  }

  @Test
  void cutStream_endsWithItsFailure_andWithoutAnOutcome() {
    backends.provider.failMidStream = true;
    List<StreamGenerateResponse> told = new ArrayList<>();
    assertThatThrownBy(() ->
            stub.streamGenerate(StreamGenerateRequest.newBuilder().setChat(CHAT).build())
                .forEachRemaining(told::add))
        .satisfies(error ->
            assertThat(FailureStatus.fromThrowable(error))
                .isInstanceOf(Failure.UpstreamMalformed.class));
    assertThat(told.getFirst().hasStarted()).isTrue();
    assertThat(told).noneMatch(StreamGenerateResponse::hasCompleted);
    assertThat(backends.cache.stored).isEmpty();
  }

  @Test
  void streamsDeadline_endsIt_andItsUpstream() {
    backends.provider.hang = true;
    List<StreamGenerateResponse> told = new ArrayList<>();
    assertThatThrownBy(() ->
            stub.withDeadlineAfter(3, TimeUnit.SECONDS)
                .streamGenerate(StreamGenerateRequest.newBuilder().setChat(CHAT).build())
                .forEachRemaining(told::add))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    assertThat(told).isNotEmpty();
    await().until(() -> backends.provider.cancelled.get() == 1);
  }
}
