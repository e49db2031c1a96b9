package dev.fairlead.provider.dialect;

import dev.fairlead.v1.FinishReason;

/** Why an answer ended, in each dialect's words. */
final class Labels {

  private Labels() {}

  /**
   * OpenAI's chat. A refusal that has said why is an ordinary end there; one that has not is told
   * as a filter's, so that nobody takes what came before for the whole.
   */
  static String chat(FinishReason reason, boolean toolCalls, boolean refusalText) {
    return switch (reason) {
      case FINISH_REASON_LENGTH -> "length";
      case FINISH_REASON_TOOL_CALLS -> "tool_calls";
      case FINISH_REASON_CONTENT_FILTER -> "content_filter";
      case FINISH_REASON_REFUSAL -> refusalText ? "stop" : "content_filter";
      case FINISH_REASON_STOP, FINISH_REASON_UNSPECIFIED, UNRECOGNIZED ->
          toolCalls ? "tool_calls" : "stop";
    };
  }

  /** OpenAI's legacy completions. */
  static String completions(FinishReason reason) {
    return switch (reason) {
      case FINISH_REASON_LENGTH -> "length";
      case FINISH_REASON_CONTENT_FILTER, FINISH_REASON_REFUSAL -> "content_filter";
      case FINISH_REASON_STOP, FINISH_REASON_TOOL_CALLS, FINISH_REASON_UNSPECIFIED, UNRECOGNIZED ->
          "stop";
    };
  }

  /** Anthropic. A stop sequence that nobody names is the turn's end. */
  static String messages(FinishReason reason, boolean toolCalls) {
    return switch (reason) {
      case FINISH_REASON_LENGTH -> "max_tokens";
      case FINISH_REASON_TOOL_CALLS -> "tool_use";
      case FINISH_REASON_CONTENT_FILTER, FINISH_REASON_REFUSAL -> "refusal";
      case FINISH_REASON_STOP, FINISH_REASON_UNSPECIFIED, UNRECOGNIZED ->
          toolCalls ? "tool_use" : "end_turn";
    };
  }

  /** OpenAI's Responses: the reason of an incomplete answer; empty for a complete one. */
  static String incomplete(FinishReason reason, boolean refusalText) {
    return switch (reason) {
      case FINISH_REASON_LENGTH -> "max_output_tokens";
      case FINISH_REASON_CONTENT_FILTER -> "content_filter";
      case FINISH_REASON_REFUSAL -> refusalText ? "" : "content_filter";
      case FINISH_REASON_STOP, FINISH_REASON_TOOL_CALLS, FINISH_REASON_UNSPECIFIED, UNRECOGNIZED ->
          "";
    };
  }
}
