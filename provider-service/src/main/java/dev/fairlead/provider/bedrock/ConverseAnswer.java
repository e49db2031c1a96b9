package dev.fairlead.provider.bedrock;

import com.google.protobuf.ByteString;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.ToolCall;
import dev.fairlead.v1.ToolCallDelta;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlockDelta;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlockDeltaEvent;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlockStartEvent;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseResponse;
import software.amazon.awssdk.services.bedrockruntime.model.ReasoningContentBlockDelta;
import software.amazon.awssdk.services.bedrockruntime.model.StopReason;

/**
 * Reads Converse's answers: a whole one, or one event after another. Blocks are numbered across
 * kinds by Bedrock; tool calls are counted anew here. No I/O; not thread-safe; one a call.
 */
final class ConverseAnswer {

  private final Map<Integer, Integer> callOfBlock = new HashMap<>();
  private final Set<Integer> thoughtsWithText = new HashSet<>();
  private final List<String> stops;
  private @Nullable FinishReason finish;
  private @Nullable String stopSequence;

  /**
   * A reader.
   *
   * @param stops the request's stop sequences
   */
  ConverseAnswer(List<String> stops) {
    this.stops = stops;
  }

  /** The first piece of a block; null for a kind whose start says nothing. */
  @Nullable ChatDelta start(ContentBlockStartEvent event) {
    if (event.start() == null || event.start().toolUse() == null) {
      return null;
    }
    int index = callOfBlock.size();
    callOfBlock.put(event.contentBlockIndex(), index);
    return call(
        ToolCallDelta.newBuilder()
            .setIndex(index)
            .setId(text(event.start().toolUse().toolUseId()))
            .setName(text(event.start().toolUse().name())));
  }

  /** The pieces of a further event of a block. */
  List<ChatDelta> deltas(ContentBlockDeltaEvent event) {
    ContentBlockDelta delta = event.delta();
    List<ChatDelta> deltas = new ArrayList<>(1);
    if (delta == null) {
      return deltas;
    }
    if (delta.text() != null && !delta.text().isEmpty()) {
      deltas.add(ChatDelta.newBuilder().setText(delta.text()).build());
    }
    if (delta.reasoningContent() != null) {
      reasoning(event.contentBlockIndex(), delta.reasoningContent(), deltas);
    }
    Integer index = callOfBlock.get(event.contentBlockIndex());
    if (delta.toolUse() != null && delta.toolUse().input() != null && index != null) {
      deltas.add(
          call(
              ToolCallDelta.newBuilder()
                  .setIndex(index)
                  .setArgumentsJson(delta.toolUse().input())));
    }
    return deltas;
  }

  private void reasoning(Integer block, ReasoningContentBlockDelta delta, List<ChatDelta> deltas) {
    if (delta.text() != null && !delta.text().isEmpty()) {
      thoughtsWithText.add(block);
      deltas.add(ChatDelta.newBuilder().setReasoning(delta.text()).build());
    }
    signature(ThoughtCodec.signed(thoughtsWithText.contains(block), delta.signature()), deltas);
    if (delta.redactedContent() != null) {
      signature(ThoughtCodec.redacted(delta.redactedContent()), deltas);
    }
  }

  private static void signature(ByteString signature, List<ChatDelta> deltas) {
    if (!signature.isEmpty()) {
      deltas.add(ChatDelta.newBuilder().setReasoningSignature(signature).build());
    }
  }

  /** Why the answer ended; null when the model did not do its part. */
  @Nullable FinishReason stop(@Nullable StopReason reason) {
    // Converse tells that a stop sequence ended it, and not which: of one it is plain.
    stopSequence =
        reason == StopReason.STOP_SEQUENCE && stops.size() == 1 ? stops.getFirst() : null;
    finish =
        reason == null
            ? FinishReason.FINISH_REASON_UNSPECIFIED
            : switch (reason) {
              case END_TURN, STOP_SEQUENCE -> FinishReason.FINISH_REASON_STOP;
              case TOOL_USE -> FinishReason.FINISH_REASON_TOOL_CALLS;
              case MAX_TOKENS, MODEL_CONTEXT_WINDOW_EXCEEDED -> FinishReason.FINISH_REASON_LENGTH;
              case GUARDRAIL_INTERVENED, CONTENT_FILTERED ->
                  FinishReason.FINISH_REASON_CONTENT_FILTER;
              case MALFORMED_MODEL_OUTPUT, MALFORMED_TOOL_USE -> null;
              case UNKNOWN_TO_SDK_VERSION -> FinishReason.FINISH_REASON_UNSPECIFIED;
            };
    return finish;
  }

  /** Why the answer ended, as the last piece of a stream; null as long as it has not. */
  @Nullable ChatDelta end() {
    if (finish == null) {
      return null;
    }
    ChatDelta.Builder end = ChatDelta.newBuilder().setFinishReason(finish);
    if (stopSequence != null) {
      end.setStopSequence(stopSequence);
    }
    return end.build();
  }

  /**
   * The whole answer, whose reason {@link #stop} has said.
   *
   * @param id Bedrock gives the answer none of its own
   */
  ChatResponse response(ConverseResponse answer, String id, FinishReason reason) {
    Message.Builder message = Message.newBuilder().setRole(Message.Role.ROLE_ASSISTANT);
    if (answer.output() != null && answer.output().message() != null) {
      for (ContentBlock block : answer.output().message().content()) {
        block(block, message);
      }
    }
    Choice.Builder choice = Choice.newBuilder().setMessage(message).setFinishReason(reason);
    if (stopSequence != null) {
      choice.setStopSequence(stopSequence);
    }
    return ChatResponse.newBuilder().setId(id).addChoices(choice).build();
  }

  private static void block(ContentBlock block, Message.Builder message) {
    if (block.text() != null) {
      message.addContent(ContentPart.newBuilder().setText(block.text()));
    } else if (block.reasoningContent() != null) {
      message.addContent(
          ContentPart.newBuilder().setReasoning(ThoughtCodec.reasoning(block.reasoningContent())));
    } else if (block.toolUse() != null) {
      message.addToolCalls(
          ToolCall.newBuilder()
              .setId(text(block.toolUse().toolUseId()))
              .setName(text(block.toolUse().name()))
              .setArgumentsJson(
                  block.toolUse().input() == null
                      ? "{}"
                      : DocumentCodec.json(block.toolUse().input()).toString()));
    }
  }

  private static ChatDelta call(ToolCallDelta.Builder call) {
    return ChatDelta.newBuilder().setToolCall(call).build();
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
