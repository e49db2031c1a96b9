package dev.fairlead.provider.usage;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.FinishReason;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What must be known of a typed answer at its end: the text, why it ended, and how much was
 * generated where the vendor does not say. Fed with every piece, or with the whole. Not
 * thread-safe.
 */
public final class TypedTally {

  private static final int MOST_TEXT = 64 * 1024;

  private final StringBuilder text = new StringBuilder();
  private long charactersBeyond;
  private long charactersBeside;
  private boolean content;
  private FinishReason finishReason = FinishReason.FINISH_REASON_UNSPECIFIED;

  /** Takes a piece. */
  public void add(ChatDelta delta) {
    int choice = delta.getChoiceIndex();
    switch (delta.getDeltaCase()) {
      case TEXT -> text(choice, delta.getText());
      case REFUSAL -> beside(delta.getRefusal().length());
      case REASONING -> beside(delta.getReasoning().length());
      case TOOL_CALL ->
          beside(
              delta.getToolCall().getName().length()
                  + delta.getToolCall().getArgumentsJson().length());
      case FINISH_REASON -> finished(choice, delta.getFinishReason());
      case REASONING_SIGNATURE, DELTA_NOT_SET -> {}
    }
  }

  /** Takes a whole answer. */
  public void add(ChatResponse response) {
    for (Choice choice : response.getChoicesList()) {
      for (ContentPart part : choice.getMessage().getContentList()) {
        text(choice.getIndex(), part.getText());
        beside(part.getRefusal().length() + part.getReasoning().getText().length());
      }
      choice
          .getMessage()
          .getToolCallsList()
          .forEach(call -> beside(call.getName().length() + call.getArgumentsJson().length()));
      finished(choice.getIndex(), choice.getFinishReason());
    }
  }

  private void text(int choice, String piece) {
    content |= !piece.isEmpty();
    if (choice != 0) {
      charactersBeside += piece.length();
    } else if (charactersBeyond == 0 && text.length() + piece.length() <= MOST_TEXT) {
      text.append(piece);
    } else {
      charactersBeyond += piece.length();
    }
  }

  private void beside(int characters) {
    content |= characters > 0;
    charactersBeside += characters;
  }

  private void finished(int choice, FinishReason reason) {
    if (choice == 0 || finishReason == FinishReason.FINISH_REASON_UNSPECIFIED) {
      finishReason = reason;
    }
  }

  /** Whether anything has been generated. */
  public boolean content() {
    return content;
  }

  /** The usage that was reported if it can be believed, else an estimate that says so. */
  public TokenUsage usage(ModelCall call, @Nullable TokenUsage reported) {
    return UsageEstimate.unlessReported(
        reported, call, text.toString(), charactersBeyond + charactersBeside);
  }

  /** The end of a call that succeeded. */
  public Completion completion(
      ModelCall call, @Nullable TokenUsage reported, Map<String, String> headers) {
    String whole = charactersBeyond > 0 ? "" : text.toString();
    return new Completion(usage(call, reported), finishReason, whole, 200, headers);
  }
}
