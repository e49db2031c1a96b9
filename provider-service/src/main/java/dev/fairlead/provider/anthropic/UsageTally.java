package dev.fairlead.provider.anthropic;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fairlead.catalog.TokenUsage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what {@code usage} objects say. They are cumulative, so that a later number replaces an
 * earlier one. Tokens read from and written to the cache are outside {@code input_tokens}, and
 * inside our prompt tokens. A zero is a zero. Not thread-safe.
 */
final class UsageTally {

  private static final long ABSENT = Long.MIN_VALUE;

  private long input = ABSENT;
  private long output = ABSENT;
  private long cacheRead;
  private long cacheWritten;
  private long thinking;

  /** Reads an object; the parser stands at its beginning and is left at its end. */
  void read(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.VALUE_NUMBER_INT) {
        number(name, tokens(parser));
      } else if (token == JsonToken.START_OBJECT && name.equals("output_tokens_details")) {
        read(parser);
      } else {
        parser.skipChildren();
      }
    }
  }

  private void number(String name, long value) {
    switch (name) {
      case "input_tokens" -> input = value;
      case "output_tokens" -> output = value;
      case "cache_read_input_tokens" -> cacheRead = value;
      case "cache_creation_input_tokens" -> cacheWritten = value;
      case "thinking_tokens" -> thinking = value;
      default -> {
        // Requests of server tools and the like, which are no tokens.
      }
    }
  }

  private static long tokens(JsonParser parser) throws IOException {
    if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      return parser.getBigIntegerValue().signum() < 0 ? -1 : TokenUsage.MOST_TOKENS + 1;
    }
    // Sums of three stay far from an overflow.
    return Math.clamp(parser.getLongValue(), -1, TokenUsage.MOST_TOKENS + 1);
  }

  /** What was reported; null when the input or the output is missing. */
  @Nullable TokenUsage reported() {
    return input == ABSENT || output == ABSENT ? null : with(output, false);
  }

  /** What was reported of the input, with an output that was counted here; null without input. */
  @Nullable TokenUsage withOutput(long counted) {
    return input == ABSENT ? null : with(Math.max(counted, output), true);
  }

  private TokenUsage with(long completion, boolean estimated) {
    boolean nonsense = input < 0 || cacheRead < 0 || cacheWritten < 0;
    long prompt = nonsense ? -1 : input + cacheRead + cacheWritten;
    return new TokenUsage(prompt, cacheRead, cacheWritten, completion, thinking, estimated);
  }
}
