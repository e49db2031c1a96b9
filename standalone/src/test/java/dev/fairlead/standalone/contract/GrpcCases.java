package dev.fairlead.standalone.contract;

import static dev.fairlead.standalone.contract.Requests.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.standalone.deployment.Vendor;
import dev.fairlead.v1.CacheResult;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.GenerateRequest;
import dev.fairlead.v1.GenerateResponse;
import dev.fairlead.v1.InferenceServiceGrpc;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.StreamGenerateRequest;
import dev.fairlead.v1.StreamGenerateResponse;
import dev.fairlead.v1.StreamGenerateResponse.EventCase;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The same pipeline over gRPC. */
interface GrpcCases extends Cases {

  @Test
  default void generate_answersATypedRequest_andHitsTheCacheTheSecondTime() {
    String word = unique();

    withStub(stub -> {
      GenerateResponse first = stub.generate(request("small", "Hello " + word));
      GenerateResponse second = stub.generate(request("small", "Hello " + word));

      assertThat(text(first)).isEqualTo(Vendor.SAYS + "small-up");
      assertThat(first.getOutcome().getModelId()).isEqualTo("small");
      assertThat(first.getOutcome().getCostNanoUsd()).isEqualTo(2_200);
      assertThat(first.getOutcome().getUsage().getPromptTokens()).isEqualTo(Vendor.PROMPT_TOKENS);
      assertThat(first.getOutcome().getCache()).isEqualTo(CacheResult.CACHE_RESULT_MISS);
      assertThat(second.getOutcome().getCache()).isEqualTo(CacheResult.CACHE_RESULT_HIT);
      assertThat(text(second)).isEqualTo(text(first));
      assertThat(deployment().vendor().received(word)).hasSize(1);
    });
  }

  @Test
  default void streamGenerate_keepsItsOrder() {
    withStub(stub -> {
      List<StreamGenerateResponse> events = new ArrayList<>();
      stub.streamGenerate(stream("small", "Hello " + unique())).forEachRemaining(events::add);

      assertThat(events.getFirst().getStarted().getModelId()).isEqualTo("small");
      assertThat(events.getLast().getCompleted().getUsage().getCompletionTokens())
          .isEqualTo(Vendor.COMPLETION_TOKENS);
      assertThat(events.subList(1, events.size() - 1))
          .isNotEmpty()
          .allMatch(event -> event.getEventCase() == EventCase.DELTA);
      assertThat(events.toString()).contains("small-up");
    });
  }

  @Test
  default void deadline_endsTheCallAndTheVendors() {
    String word = unique();
    withStub(stub -> {
      Iterator<StreamGenerateResponse> events =
          stub.withDeadlineAfter(2, TimeUnit.SECONDS)
              .streamGenerate(stream("small", "[[endless]] " + word));

      assertThatThrownBy(() -> events.forEachRemaining(event -> {}))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              error ->
                  assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
      vendorWasCancelled(word);
    });
  }

  @Test
  default void cancellation_reachesTheVendor() {
    String word = unique();
    withStub(stub -> {
      Context.CancellableContext context = Context.current().withCancellation();
      context.run(() -> {
        Iterator<StreamGenerateResponse> events =
            stub.streamGenerate(stream("small", "[[endless]] " + word));
        assertThat(events.next().hasStarted()).isTrue();
        assertThat(events.next().hasDelta()).isTrue();
      });
      context.cancel(null);
      vendorWasCancelled(word);
    });
  }

  @Test
  default void failures_areStatuses() {
    withStub(stub -> {
      assertThat(code(stub, request("none", "x"))).isEqualTo(Status.Code.NOT_FOUND);
      assertThat(code(stub, GenerateRequest.getDefaultInstance()))
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(code(stub, request("small", "[[garbage]] " + unique())))
          .isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(code(stub, request("small", "[[status 400]] " + unique())))
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    });
  }

  private void vendorWasCancelled(String word) {
    await().until(() -> !deployment().vendor().received(word).isEmpty());
    assertThat(deployment().vendor().received(word).getFirst().finished())
        .succeedsWithin(10, TimeUnit.SECONDS)
        .isEqualTo(false);
  }

  private static Status.Code code(
      InferenceServiceGrpc.InferenceServiceBlockingStub stub, GenerateRequest request) {
    try {
      return stub.generate(request).hasChat() ? Status.Code.OK : Status.Code.UNKNOWN;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }

  private void withStub(Consumer<InferenceServiceGrpc.InferenceServiceBlockingStub> test) {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", deployment().grpcPort())
            .usePlaintext()
            .build();
    try {
      test.accept(
          InferenceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS));
    } finally {
      channel.shutdownNow();
    }
  }

  private static String text(GenerateResponse response) {
    return response.getChat().getChoices(0).getMessage().getContent(0).getText();
  }

  private static GenerateRequest request(String model, String prompt) {
    return GenerateRequest.newBuilder().setChat(chatRequest(model, prompt)).build();
  }

  private static StreamGenerateRequest stream(String model, String prompt) {
    return StreamGenerateRequest.newBuilder().setChat(chatRequest(model, prompt)).build();
  }

  private static ChatRequest chatRequest(String model, String prompt) {
    return ChatRequest.newBuilder()
        .setModel(model)
        .addMessages(
            Message.newBuilder()
                .setRole(Message.Role.ROLE_USER)
                .addContent(ContentPart.newBuilder().setText(prompt)))
        .build();
  }
}
