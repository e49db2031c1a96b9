package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.common.rpc.RpcChannels;
import dev.fairlead.v1.CacheResult;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.GenerateRequest;
import dev.fairlead.v1.GenerateResponse;
import dev.fairlead.v1.InferenceServiceGrpc;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.RouteRequest;
import dev.fairlead.v1.RouteResponse;
import dev.fairlead.v1.RoutingServiceGrpc;
import dev.fairlead.v1.StreamGenerateRequest;
import dev.fairlead.v1.StreamGenerateResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
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
}
