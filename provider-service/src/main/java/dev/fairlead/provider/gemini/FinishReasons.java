package dev.fairlead.provider.gemini;

import dev.fairlead.v1.FinishReason;

/** Gemini's finish reasons in the contract's terms. */
final class FinishReasons {

  private FinishReasons() {}

  /** The reason of a candidate; {@code STOP} after a function call is the call's. */
  static FinishReason of(String reason, boolean called) {
    return switch (reason) {
      case "STOP" ->
          called ? FinishReason.FINISH_REASON_TOOL_CALLS : FinishReason.FINISH_REASON_STOP;
      case "MAX_TOKENS" -> FinishReason.FINISH_REASON_LENGTH;
      case "SAFETY",
          "RECITATION",
          "LANGUAGE",
          "BLOCKLIST",
          "PROHIBITED_CONTENT",
          "SPII",
          "MODEL_ARMOR",
          "IMAGE_SAFETY",
          "IMAGE_PROHIBITED_CONTENT",
          "IMAGE_RECITATION" ->
          FinishReason.FINISH_REASON_CONTENT_FILTER;
      default -> FinishReason.FINISH_REASON_UNSPECIFIED;
    };
  }

  /** Whether the model wrote a call that nobody can make: an answer that is not one. */
  static boolean broken(String reason) {
    return reason.equals("MALFORMED_FUNCTION_CALL")
        || reason.equals("UNEXPECTED_TOOL_CALL")
        || reason.equals("TOO_MANY_TOOL_CALLS")
        || reason.equals("MALFORMED_RESPONSE");
  }
}
