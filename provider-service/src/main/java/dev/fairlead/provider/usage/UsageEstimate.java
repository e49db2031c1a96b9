package dev.fairlead.provider.usage;

import dev.fairlead.catalog.TokenCounter;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.ModelCall;
import org.jspecify.annotations.Nullable;

/**
 * Usage by our own count, marked as estimated. Never blocks; some milliseconds at most, also for
 * texts made to be slow.
 */
public final class UsageEstimate {

  /** Of what is generated but not kept as text; about the length of a token in English. */
  private static final int CHARACTERS_PER_TOKEN = 4;

  private UsageEstimate() {}

  /**
   * What the vendor reported if that can be believed, else an estimate.
   *
   * @param reported null when it reported nothing; marked as estimated when it had to be clamped
   * @param text what was generated, complete or as far as it came
   * @param furtherCharacters generated characters that {@code text} leaves out, such as tool calls
   */
  public static TokenUsage unlessReported(
      @Nullable TokenUsage reported, ModelCall call, String text, long furtherCharacters) {
    return reported != null && !reported.estimated() ? reported : of(call, text, furtherCharacters);
  }

  /** The estimate alone, as for a call that was cut or cancelled. */
  public static TokenUsage of(ModelCall call, String text, long furtherCharacters) {
    TokenCounter counter = TokenCounter.forModel(call.model().upstream());
    long completion = counter.count(text) + furtherCharacters / CHARACTERS_PER_TOKEN;
    return new TokenUsage(PromptSize.of(call.form()).tokens(counter), 0, 0, completion, 0, true);
  }
}
