package dev.fairlead.tools.models;

import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.GenerationCall;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Model;
import dev.fairlead.v1.ProviderServiceGenerateRequest;
import dev.fairlead.v1.ProviderServiceGenerateResponse;
import dev.fairlead.v1.ProviderServiceGrpc;
import dev.fairlead.v1.Usage;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Asks a model for one token. */
final class ModelProbe {

  private static final String QUESTION = "Say OK.";
  private static final int MOST_TOKENS = 1;

  private final ProviderServiceGrpc.ProviderServiceBlockingStub stub;
  private final Duration timeout;

  ModelProbe(ProviderServiceGrpc.ProviderServiceBlockingStub stub, Duration timeout) {
    this.stub = stub;
    this.timeout = timeout;
  }

  Finding ask(Model model) {
    if (model.getCapabilitiesList().contains("embeddings")) {
      return Finding.skipped(model.getId(), "probe", "makes embeddings");
    }
    long began = System.nanoTime();
    try {
      ProviderServiceGenerateResponse answer =
          stub.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS)
              .generate(request(model.getId()));
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      return answer.getChat().getChoicesCount() == 0
          ? Finding.fail(model.getId(), "probe", "answered without a choice")
          : Finding.ok(model.getId(), "probe", found(answer.getCompleted().getUsage(), millis));
    } catch (StatusRuntimeException e) {
      String why = e.getStatus().getDescription();
      return Finding.fail(
          model.getId(), "probe", e.getStatus().getCode() + (why == null ? "" : ": " + why));
    }
  }

  private static String found(Usage usage, long millis) {
    return "answered in "
        + millis
        + " ms, "
        + usage.getPromptTokens()
        + " + "
        + usage.getCompletionTokens()
        + " tokens"
        + (usage.getSource() == Usage.Source.SOURCE_REPORTED ? "" : " (estimated)");
  }

  private static ProviderServiceGenerateRequest request(String id) {
    Message question =
        Message.newBuilder()
            .setRole(Message.Role.ROLE_USER)
            .addContent(ContentPart.newBuilder().setText(QUESTION))
            .build();
    return ProviderServiceGenerateRequest.newBuilder()
        .setCall(
            GenerationCall.newBuilder()
                .addModelIds(id)
                .setMaxOutputTokens(MOST_TOKENS)
                .setChat(
                    ChatRequest.newBuilder().addMessages(question).setMaxOutputTokens(MOST_TOKENS)))
        .build();
  }
}
