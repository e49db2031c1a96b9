package dev.fairlead.provider.usage;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.ModelCall;
import org.jspecify.annotations.Nullable;

/**
 * What a model has generated: the text of its first choice up to a bound, and how many characters
 * there are besides, of which nobody wants the words. Each addition tells whether it was any. Not
 * thread-safe; one a call.
 */
public final class GeneratedText {

  /** Longest text that is kept; what exceeds it is only counted. */
  private static final int MOST_TEXT = 64 * 1024;

  private final StringBuilder text = new StringBuilder();
  private long beyond;
  private long beside;

  /** A piece of the text. */
  public boolean add(String piece) {
    if (fits(piece.length())) {
      text.append(piece);
    }
    return !piece.isEmpty();
  }

  /** A piece of the text, where a parser has it. */
  public boolean add(char[] characters, int offset, int length) {
    if (fits(length)) {
      text.append(characters, offset, length);
    }
    return length > 0;
  }

  private boolean fits(int length) {
    boolean fits = beyond == 0 && text.length() + length <= MOST_TEXT;
    beyond += fits ? 0 : length;
    return fits;
  }

  /** Reasoning, calls of tools, refusals, and the texts of further choices. */
  public boolean addBeside(long characters) {
    beside += characters;
    return characters > 0;
  }

  /** The text; empty when it is longer than 64 KiB. */
  public String text() {
    return beyond > 0 ? "" : text.toString();
  }

  /** The usage that was reported if it can be believed, else an estimate that says so. */
  public TokenUsage usage(ModelCall call, @Nullable TokenUsage reported) {
    return UsageEstimate.unlessReported(reported, call, text.toString(), beyond + beside);
  }

  /** The estimate alone, as for a call that was cut. */
  public TokenUsage estimate(ModelCall call) {
    return UsageEstimate.of(call, text.toString(), beyond + beside);
  }
}
