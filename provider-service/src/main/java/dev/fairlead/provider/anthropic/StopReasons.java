package dev.fairlead.provider.anthropic;

import dev.fairlead.v1.FinishReason;

/** Anthropic's stop reasons in the contract's terms. */
final class StopReasons {

  private StopReasons() {}

  static FinishReason of(String reason) {
    return switch (reason) {
      case "end_turn", "stop_sequence" -> FinishReason.FINISH_REASON_STOP;
      case "max_tokens", "model_context_window_exceeded" -> FinishReason.FINISH_REASON_LENGTH;
      case "tool_use" -> FinishReason.FINISH_REASON_TOOL_CALLS;
      case "refusal" -> FinishReason.FINISH_REASON_REFUSAL;
      default -> FinishReason.FINISH_REASON_UNSPECIFIED;
    };
  }
}
