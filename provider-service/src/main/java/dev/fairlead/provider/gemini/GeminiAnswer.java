package dev.fairlead.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Reasoning;
import dev.fairlead.v1.ToolCall;
import dev.fairlead.v1.ToolCallDelta;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads Gemini's answers: a whole one, or one event after another. Remembers what was said of usage
 * and of how each candidate ended. No I/O; not thread-safe; one a call.
 */
final class GeminiAnswer {

  private static final String ID_LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  private static final int ID_LENGTH = 24;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Supplier<String> ids;
  private final Map<Integer, Candidate> candidates = new TreeMap<>();
  private @Nullable TokenUsage usage;
  private boolean blocked;
  private @Nullable String broken;

  GeminiAnswer() {
    this(GeminiAnswer::newId);
  }

  /** An answer whose missing ids come from {@code ids}. */
  GeminiAnswer(Supplier<String> ids) {
    this.ids = ids;
  }

  /** What is known of a candidate. */
  private static final class Candidate {
    private int calls;
    private @Nullable FinishReason finish;
  }

  /** Usage seen last, null when there was none. */
  @Nullable TokenUsage usage() {
    return usage;
  }

  /** The finish reason of a model that did not do its part; null when all is well. */
  @Nullable String broken() {
    return broken;
  }

  /** Whether every candidate seen has said why it ended, or the prompt was blocked. */
  boolean finished() {
    return blocked
        || (!candidates.isEmpty()
            && candidates.values().stream().allMatch(candidate -> candidate.finish != null));
  }

  /** Whether the document is an answer at all. */
  static boolean isAnswer(JsonNode root) {
    return root.isObject()
        && (root.path("candidates").isArray()
            || root.path("promptFeedback").isObject()
            || root.path("usageMetadata").isObject());
  }

  /** The pieces of one event; how the candidates ended comes with {@link #finishes}. */
  List<ChatDelta> deltas(JsonNode root) {
    List<ChatDelta> deltas = new ArrayList<>(2);
    for (JsonNode node : root.path("candidates")) {
      int index = index(node);
      Candidate candidate = candidates.computeIfAbsent(index, i -> new Candidate());
      for (JsonNode part : node.path("content").path("parts")) {
        part(index, candidate, part, deltas);
      }
      finish(node, candidate);
    }
    about(root);
    return deltas;
  }

  /** The last piece of each candidate. */
  List<ChatDelta> finishes() {
    if (candidates.isEmpty()) {
      return List.of(
          ChatDelta.newBuilder()
              .setFinishReason(FinishReason.FINISH_REASON_CONTENT_FILTER)
              .build());
    }
    List<ChatDelta> deltas = new ArrayList<>(1);
    candidates.forEach((index, candidate) ->
        deltas.add(
            ChatDelta.newBuilder()
                .setChoiceIndex(index)
                .setFinishReason(
                    candidate.finish == null
                        ? FinishReason.FINISH_REASON_UNSPECIFIED
                        : candidate.finish)
                .build()));
    return deltas;
  }

  /** The whole answer. A blocked prompt has one empty choice that the filter ended. */
  ChatResponse response(JsonNode root) {
    ChatResponse.Builder response =
        ChatResponse.newBuilder()
            .setId(root.path("responseId").asText())
            .setCreatedEpochSeconds(seconds(root.path("createTime").asText()));
    if (response.getId().isEmpty()) {
      response.setId(ids.get());
    }
    for (JsonNode node : root.path("candidates")) {
      Candidate candidate = candidates.computeIfAbsent(index(node), i -> new Candidate());
      Message.Builder message = Message.newBuilder().setRole(Message.Role.ROLE_ASSISTANT);
      for (JsonNode part : node.path("content").path("parts")) {
        part(candidate, part, message);
      }
      finish(node, candidate);
      response.addChoices(
          Choice.newBuilder()
              .setIndex(index(node))
              .setMessage(message)
              .setFinishReason(
                  candidate.finish == null
                      ? FinishReason.FINISH_REASON_UNSPECIFIED
                      : candidate.finish));
      if (node.path("logprobsResult").isObject()) {
        response
            .getChoicesBuilder(response.getChoicesCount() - 1)
            .setLogprobsJson(node.path("logprobsResult").toString());
      }
    }
    about(root);
    if (response.getChoicesCount() == 0) {
      response.addChoices(
          Choice.newBuilder()
              .setMessage(Message.newBuilder().setRole(Message.Role.ROLE_ASSISTANT))
              .setFinishReason(FinishReason.FINISH_REASON_CONTENT_FILTER));
    }
    return response.build();
  }

  private void finish(JsonNode node, Candidate candidate) {
    String reason = node.path("finishReason").asText();
    if (reason.isEmpty() || reason.equals("FINISH_REASON_UNSPECIFIED")) {
      return;
    }
    candidate.finish = FinishReasons.of(reason, candidate.calls > 0);
    if (FinishReasons.broken(reason)) {
      broken = reason;
    }
  }

  private void about(JsonNode root) {
    blocked |= !root.path("promptFeedback").path("blockReason").asText().isEmpty();
    if (root.path("usageMetadata").isObject()) {
      usage = UsageReader.read(root.path("usageMetadata"));
    }
  }

  private void part(int index, Candidate candidate, JsonNode part, List<ChatDelta> deltas) {
    ByteString signature = signature(part);
    if (part.path("functionCall").isObject()) {
      ToolCall call = call(part.path("functionCall"), signature);
      deltas.add(
          piece(index)
              .setToolCall(
                  ToolCallDelta.newBuilder()
                      .setIndex(candidate.calls++)
                      .setId(call.getId())
                      .setName(call.getName())
                      .setArgumentsJson(call.getArgumentsJson())
                      .setSignature(signature))
              .build());
      return;
    }
    String text = part.path("text").asText();
    if (!text.isEmpty()) {
      deltas.add(
          part.path("thought").asBoolean()
              ? piece(index).setReasoning(text).build()
              : piece(index).setText(text).build());
    }
    if (!signature.isEmpty()) {
      deltas.add(piece(index).setReasoningSignature(signature).build());
    }
  }

  private void part(Candidate candidate, JsonNode part, Message.Builder message) {
    ByteString signature = signature(part);
    if (part.path("functionCall").isObject()) {
      candidate.calls++;
      message.addToolCalls(call(part.path("functionCall"), signature));
      return;
    }
    String text = part.path("text").asText();
    boolean thought = part.path("thought").asBoolean();
    if (!text.isEmpty() && !thought) {
      message.addContent(ContentPart.newBuilder().setText(text));
    }
    if (thought || !signature.isEmpty()) {
      message.addContent(
          ContentPart.newBuilder()
              .setReasoning(
                  Reasoning.newBuilder().setText(thought ? text : "").setSignature(signature)));
    }
  }

  private ToolCall call(JsonNode function, ByteString signature) {
    String id = function.path("id").asText();
    return ToolCall.newBuilder()
        .setId(id.isEmpty() ? ids.get() : id)
        .setName(function.path("name").asText())
        .setArgumentsJson(CallArguments.of(function))
        .setSignature(signature)
        .build();
  }

  private static ByteString signature(JsonNode part) {
    return ByteString.copyFromUtf8(part.path("thoughtSignature").asText());
  }

  private static int index(JsonNode candidate) {
    return Math.max(0, candidate.path("index").asInt());
  }

  private static ChatDelta.Builder piece(int index) {
    return ChatDelta.newBuilder().setChoiceIndex(index);
  }

  private static long seconds(String time) {
    try {
      return time.isEmpty() ? 0 : Instant.parse(time).getEpochSecond();
    } catch (DateTimeException e) {
      return 0;
    }
  }

  private static String newId() {
    StringBuilder id = new StringBuilder("call_");
    for (int i = 0; i < ID_LENGTH; i++) {
      id.append(ID_LETTERS.charAt(RANDOM.nextInt(ID_LETTERS.length())));
    }
    return id.toString();
  }
}
