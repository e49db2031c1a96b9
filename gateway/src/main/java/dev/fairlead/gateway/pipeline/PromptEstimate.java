package dev.fairlead.gateway.pipeline;

import dev.fairlead.catalog.TokenCounter;
import dev.fairlead.gateway.dialect.RequestFacts;

/** Tokens of a prompt before any vendor has counted them. */
public final class PromptEstimate {

  /** English text has about four characters a token (OpenAI's tokenizer page, read 2026-11). */
  private static final int CHARACTERS_PER_TOKEN = 4;

  private PromptEstimate() {}

  /** Of a text of so many characters, whatever it says. */
  public static long tokens(long characters) {
    return characters / CHARACTERS_PER_TOKEN + 1;
  }

  /** The same, with the last user text looked at for scripts that take more tokens. */
  static long careful(RequestFacts facts) {
    return counted(facts, TokenCounter.forModel(""));
  }

  /**
   * As near as can be said without the vendor: the last user text counted, the rest estimated by
   * its length. Does not block; takes longer for a longer text.
   */
  public static long counted(RequestFacts facts, TokenCounter counter) {
    String text = facts.lastUserText();
    long rest = facts.promptCharacters() - text.codePointCount(0, text.length());
    return counter.count(text) + tokens(Math.max(0, rest));
  }
}
