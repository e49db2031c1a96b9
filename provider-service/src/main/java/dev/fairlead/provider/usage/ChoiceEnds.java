package dev.fairlead.provider.usage;

import dev.fairlead.v1.FinishReason;
import org.jspecify.annotations.Nullable;

/**
 * Why an answer ended, which may have several choices: for the worst reason that any of them had,
 * since whoever keeps the answer or judges it has all of them. Not thread-safe; one a call.
 */
public final class ChoiceEnds {

  private @Nullable FinishReason worst;

  /** Takes the reason of one choice. */
  public void add(FinishReason reason) {
    FinishReason before = worst;
    worst = before == null || badness(reason) > badness(before) ? reason : before;
  }

  /** Whether a choice has ended. */
  public boolean any() {
    return worst != null;
  }

  /** The worst reason so far; unspecified as long as no choice has ended. */
  public FinishReason reason() {
    FinishReason reason = worst;
    return reason == null ? FinishReason.FINISH_REASON_UNSPECIFIED : reason;
  }

  private static int badness(FinishReason reason) {
    return switch (reason) {
      case FINISH_REASON_STOP -> 0;
      case FINISH_REASON_TOOL_CALLS -> 1;
      case FINISH_REASON_UNSPECIFIED, UNRECOGNIZED -> 2;
      case FINISH_REASON_REFUSAL -> 3;
      case FINISH_REASON_LENGTH -> 4;
      case FINISH_REASON_CONTENT_FILTER -> 5;
    };
  }
}
