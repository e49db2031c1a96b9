package dev.fairlead.gateway.pipeline;

import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.FinishReason;
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
          case REASONING -> deltas.add(delta.setReasoning(part.getReasoning().getText()).build());
          case IMAGE, PART_NOT_SET -> {}
        }
      }
      List<ToolCall> calls = choice.getMessage().getToolCallsList();
      for (int i = 0; i < calls.size(); i++) {
        deltas.add(toolCall(choice.getIndex(), i, calls.get(i)));
      }
      deltas.add(
          ChatDelta.newBuilder()
              .setChoiceIndex(choice.getIndex())
              .setFinishReason(choice.getFinishReason())
              .build());
    }
    return deltas;
  }

  private static ChatDelta toolCall(int choice, int index, ToolCall call) {
    ToolCallDelta delta =
        ToolCallDelta.newBuilder()
            .setIndex(index)
            .setId(call.getId())
            .setName(call.getName())
            .setArgumentsJson(call.getArgumentsJson())
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
    private final Map<Integer, ToolCall.Builder> calls = new TreeMap<>();
    private FinishReason finishReason = FinishReason.FINISH_REASON_UNSPECIFIED;

    void add(ChatDelta delta) {
      switch (delta.getDeltaCase()) {
        case TEXT -> text.append(delta.getText());
        case REFUSAL -> refusal.append(delta.getRefusal());
        case REASONING -> reasoning.append(delta.getReasoning());
        case TOOL_CALL -> add(delta.getToolCall());
        case FINISH_REASON -> finishReason = delta.getFinishReason();
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
      call.setArgumentsJson(call.getArgumentsJson() + delta.getArgumentsJson());
    }

    Choice build(int index) {
      Message.Builder message = Message.newBuilder().setRole(Message.Role.ROLE_ASSISTANT);
      if (!reasoning.isEmpty()) {
        message.addContent(
            ContentPart.newBuilder()
                .setReasoning(Reasoning.newBuilder().setText(reasoning.toString())));
      }
      if (!text.isEmpty()) {
        message.addContent(ContentPart.newBuilder().setText(text.toString()));
      }
      if (!refusal.isEmpty()) {
        message.addContent(ContentPart.newBuilder().setRefusal(refusal.toString()));
      }
      calls.values().forEach(message::addToolCalls);
      return Choice.newBuilder()
          .setIndex(index)
          .setMessage(message)
          .setFinishReason(finishReason)
          .build();
    }
  }
}
