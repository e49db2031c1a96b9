package dev.fairlead.provider.openai;

import dev.fairlead.v1.FinishReason;

/** OpenAI's finish reasons in the contract's terms. */
final class FinishReasons {

  private FinishReasons() {}

  static FinishReason of(String reason) {
    return switch (reason) {
      case "stop" -> FinishReason.FINISH_REASON_STOP;
      // Mistral's and DeepSeek's: the context was full, or the server gave up in the middle. Of
      // what
      // clients know, this says that the answer is not whole.
      case "length", "model_length", "error", "insufficient_system_resource" ->
          FinishReason.FINISH_REASON_LENGTH;
      case "tool_calls", "function_call" -> FinishReason.FINISH_REASON_TOOL_CALLS;
      case "content_filter" -> FinishReason.FINISH_REASON_CONTENT_FILTER;
      default -> FinishReason.FINISH_REASON_UNSPECIFIED;
    };
  }
}
