package dev.fairlead.provider.usage;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.Completion;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What must be known of a typed answer at its end: the text, why it ended, and how much was
 * generated where the vendor does not say. Fed with every piece, or with the whole. Not
 * thread-safe.
 */
public final class TypedTally {

  private final GeneratedText generated = new GeneratedText();
  private final ChoiceEnds ends = new ChoiceEnds();
  private boolean content;

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
      case FINISH_REASON -> ends.add(delta.getFinishReason());
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
      ends.add(choice.getFinishReason());
    }
  }

  private void text(int choice, String piece) {
    content |= choice == 0 ? generated.add(piece) : generated.addBeside(piece.length());
  }

  private void beside(int characters) {
    content |= generated.addBeside(characters);
  }

  /** Whether anything has been generated. */
  public boolean content() {
    return content;
  }

  /** The usage that was reported if it can be believed, else an estimate that says so. */
  public TokenUsage usage(ModelCall call, @Nullable TokenUsage reported) {
    return generated.usage(call, reported);
  }

  /** The end of a call that succeeded. */
  public Completion completion(
      ModelCall call, @Nullable TokenUsage reported, Map<String, String> headers) {
    return new Completion(usage(call, reported), ends.reason(), generated.text(), 200, headers);
  }
}
