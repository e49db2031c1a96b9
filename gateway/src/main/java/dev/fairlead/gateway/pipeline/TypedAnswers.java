package dev.fairlead.gateway.pipeline;

import com.google.protobuf.ByteString;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.Reasoning;
import dev.fairlead.v1.ToolCall;
import dev.fairlead.v1.ToolCallDelta;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A typed answer between its two shapes: the pieces of a stream, and the whole. */
final class TypedAnswers {

  private TypedAnswers() {}

  /** The pieces that a stream of {@code response} would have had, content in one piece a part. */
  static List<ChatDelta> toDeltas(ChatResponse response) {
    List<ChatDelta> deltas = new ArrayList<>();
    for (Choice choice : response.getChoicesList()) {
      for (ContentPart part : choice.getMessage().getContentList()) {
        ChatDelta.Builder delta = ChatDelta.newBuilder().setChoiceIndex(choice.getIndex());
        switch (part.getPartCase()) {
          case TEXT -> deltas.add(delta.setText(part.getText()).build());
          case REFUSAL -> deltas.add(delta.setRefusal(part.getRefusal()).build());
          case REASONING -> reasoning(choice.getIndex(), part.getReasoning(), deltas);
          case IMAGE, PART_NOT_SET -> {}
        }
      }
      List<ToolCall> calls = choice.getMessage().getToolCallsList();
      for (int i = 0; i < calls.size(); i++) {
        deltas.add(toolCall(choice.getIndex(), i, calls.get(i)));
      }
      ChatDelta.Builder end =
          ChatDelta.newBuilder()
              .setChoiceIndex(choice.getIndex())
              .setFinishReason(choice.getFinishReason());
      if (choice.hasStopSequence()) {
        end.setStopSequence(choice.getStopSequence());
      }
      deltas.add(end.build());
    }
    return deltas;
  }

  private static void reasoning(int choice, Reasoning reasoning, List<ChatDelta> deltas) {
    ChatDelta.Builder delta = ChatDelta.newBuilder().setChoiceIndex(choice);
    if (!reasoning.getText().isEmpty()) {
      deltas.add(delta.setReasoning(reasoning.getText()).build());
    }
    if (!reasoning.getSignature().isEmpty()) {
      deltas.add(delta.setReasoningSignature(reasoning.getSignature()).build());
    }
  }

  private static ChatDelta toolCall(int choice, int index, ToolCall call) {
    ToolCallDelta delta =
        ToolCallDelta.newBuilder()
            .setIndex(index)
            .setId(call.getId())
            .setName(call.getName())
            .setArgumentsJson(call.getArgumentsJson())
            .setSignature(call.getSignature())
            .build();
    return ChatDelta.newBuilder().setChoiceIndex(choice).setToolCall(delta).build();
  }

  /** The whole that {@code deltas} tell. */
  static ChatResponse toResponse(String id, List<ChatDelta> deltas) {
    Map<Integer, ChoiceParts> choices = new TreeMap<>();
    for (ChatDelta delta : deltas) {
      choices.computeIfAbsent(delta.getChoiceIndex(), index -> new ChoiceParts()).add(delta);
    }
    ChatResponse.Builder response = ChatResponse.newBuilder().setId(id);
    choices.forEach((index, parts) -> response.addChoices(parts.build(index)));
    return response.build();
  }

  /** What has come of one choice. */
  private static final class ChoiceParts {
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<Reasoning> thoughts = new ArrayList<>();
    private final Map<Integer, ToolCall.Builder> calls = new TreeMap<>();
    private ChatDelta end = ChatDelta.getDefaultInstance();

    void add(ChatDelta delta) {
      switch (delta.getDeltaCase()) {
        case TEXT -> text.append(delta.getText());
        case REFUSAL -> refusal.append(delta.getRefusal());
        case REASONING -> reasoning.append(delta.getReasoning());
        case REASONING_SIGNATURE -> endReasoning(delta.getReasoningSignature());
        case TOOL_CALL -> add(delta.getToolCall());
        case FINISH_REASON -> end = delta;
        case DELTA_NOT_SET -> {}
      }
    }

    private void add(ToolCallDelta delta) {
      ToolCall.Builder call =
          calls.computeIfAbsent(delta.getIndex(), index -> ToolCall.newBuilder());
      if (delta.hasId()) {
        call.setId(delta.getId());
      }
      if (delta.hasName()) {
        call.setName(delta.getName());
      }
      if (!delta.getSignature().isEmpty()) {
        call.setSignature(delta.getSignature());
      }
      call.setArgumentsJson(call.getArgumentsJson() + delta.getArgumentsJson());
    }

    /** A signature ends the reasoning that it signs. */
    private void endReasoning(ByteString signature) {
      thoughts.add(
          Reasoning.newBuilder().setText(reasoning.toString()).setSignature(signature).build());
      reasoning.setLength(0);
    }

    Choice build(int index) {
      Message.Builder message = Message.newBuilder().setRole(Message.Role.ROLE_ASSISTANT);
      if (!reasoning.isEmpty()) {
        endReasoning(ByteString.EMPTY);
      }
      thoughts.forEach(
          thought -> message.addContent(ContentPart.newBuilder().setReasoning(thought)));
      if (!text.isEmpty()) {
        message.addContent(ContentPart.newBuilder().setText(text.toString()));
      }
      if (!refusal.isEmpty()) {
        message.addContent(ContentPart.newBuilder().setRefusal(refusal.toString()));
      }
      calls.values().forEach(message::addToolCalls);
      Choice.Builder choice =
          Choice.newBuilder()
              .setIndex(index)
              .setMessage(message)
              .setFinishReason(end.getFinishReason());
      if (end.hasStopSequence()) {
        choice.setStopSequence(end.getStopSequence());
      }
      return choice.build();
    }
  }
}
