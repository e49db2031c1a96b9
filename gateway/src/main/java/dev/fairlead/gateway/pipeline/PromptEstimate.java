package dev.fairlead.gateway.pipeline;

/** Tokens of a prompt before any vendor has counted them. */
final class PromptEstimate {

  /** English text has about four characters a token (OpenAI's tokenizer page, read 2026-11). */
  private static final int CHARACTERS_PER_TOKEN = 4;

  private PromptEstimate() {}

  static long tokens(long characters) {
    return characters / CHARACTERS_PER_TOKEN + 1;
  }
}
