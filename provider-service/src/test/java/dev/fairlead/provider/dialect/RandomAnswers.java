package dev.fairlead.provider.dialect;

import com.google.protobuf.ByteString;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.ToolCall;
import dev.fairlead.v1.ToolCallDelta;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/** Typed answers, and the same cut into pieces anywhere. The same seed makes the same ones. */
public final class RandomAnswers {

  private static final List<String> ARGUMENTS =
      List.of(
          "{}",
          "{\"city\":\"Oslo, } ]\\\"{\"}",
          "{ \"id\": 9007199254740993123, \"n\": -0.0 }",
          "{\"a\":[{\"b\":[]}],\"s\":\"Grüße 🚢\"}");

  private final SplittableRandom random;

  private RandomAnswers(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /** A whole answer of one choice. */
  public static ChatResponse whole(long seed) {
    return new RandomAnswers(seed).whole();
  }

  private ChatResponse whole() {
    Message.Builder message = Message.newBuilder().setRole(Message.Role.ROLE_ASSISTANT);
    if (random.nextBoolean()) {
      String text = random.nextInt(4) == 0 ? "" : "thinking 🤔 \n" + random.nextInt(50);
      boolean signed = text.isEmpty() || random.nextBoolean();
      message.addContent(Parts.reasoning(text, signed ? "sig+/" + random.nextInt(9) : ""));
    }
    if (random.nextBoolean()) {
      message.addContent(Parts.text("said: \"Grüße\" 你好 \\ \u2028" + random.nextInt(50)));
    }
    if (random.nextInt(5) == 0) {
      message.addContent(Parts.refusal("no, because " + random.nextInt(50)));
    }
    int calls = random.nextInt(4);
    for (int i = 0; i < calls; i++) {
      message.addToolCalls(
          ToolCall.newBuilder()
              .setId("call_" + i)
              .setName("tool-" + i)
              .setArgumentsJson(ARGUMENTS.get(random.nextInt(ARGUMENTS.size()))));
    }
    FinishReason reason =
        calls > 0
            ? FinishReason.FINISH_REASON_TOOL_CALLS
            : random.nextBoolean()
                ? FinishReason.FINISH_REASON_STOP
                : FinishReason.FINISH_REASON_LENGTH;
    return ChatResponse.newBuilder()
        .addChoices(Choice.newBuilder().setMessage(message).setFinishReason(reason))
        .build();
  }

  /** The pieces of a whole answer; pieces of different calls come in turns. */
  public static List<ChatDelta> pieces(ChatResponse whole, long seed) {
    return new RandomAnswers(seed).pieces(whole.getChoices(0));
  }

  private List<ChatDelta> pieces(Choice choice) {
    List<ChatDelta> pieces = new ArrayList<>();
    for (ContentPart part : choice.getMessage().getContentList()) {
      for (String text : cut(part.getReasoning().getText())) {
        pieces.add(ChatDelta.newBuilder().setReasoning(text).build());
      }
      ByteString signature = part.getReasoning().getSignature();
      if (!signature.isEmpty()) {
        pieces.add(ChatDelta.newBuilder().setReasoningSignature(signature).build());
      }
      for (String text : cut(part.getText())) {
        pieces.add(ChatDelta.newBuilder().setText(text).build());
      }
      for (String text : cut(part.getRefusal())) {
        pieces.add(ChatDelta.newBuilder().setRefusal(text).build());
      }
    }
    calls(choice.getMessage().getToolCallsList(), pieces);
    pieces.add(ChatDelta.newBuilder().setFinishReason(choice.getFinishReason()).build());
    return pieces;
  }

  private void calls(List<ToolCall> calls, List<ChatDelta> into) {
    boolean inTurns = random.nextBoolean();
    List<Deque<ChatDelta>> queues = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      Deque<ChatDelta> queue = new ArrayDeque<>();
      ToolCallDelta.Builder first = ToolCallDelta.newBuilder().setIndex(i);
      first.setId(calls.get(i).getId()).setName(calls.get(i).getName());
      queue.add(ChatDelta.newBuilder().setToolCall(first).build());
      for (String text : cut(calls.get(i).getArgumentsJson())) {
        ToolCallDelta.Builder more = ToolCallDelta.newBuilder().setIndex(i).setArgumentsJson(text);
        queue.add(ChatDelta.newBuilder().setToolCall(more).build());
      }
      queues.add(queue);
    }
    if (inTurns) {
      // The order in which calls begin is the order of their indices.
      queues.forEach(queue -> into.add(queue.remove()));
    }
    while (queues.stream().anyMatch(queue -> !queue.isEmpty())) {
      var left = queues.stream().filter(queue -> !queue.isEmpty()).toList();
      into.add(left.get(inTurns ? random.nextInt(left.size()) : 0).remove());
    }
  }

  private List<String> cut(String text) {
    List<String> pieces = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      int to = Math.min(text.length(), from + 1 + random.nextInt(8));
      if (to < text.length() && Character.isLowSurrogate(text.charAt(to))) {
        to++;
      }
      pieces.add(text.substring(from, to));
      from = to;
    }
    return pieces;
  }
}
