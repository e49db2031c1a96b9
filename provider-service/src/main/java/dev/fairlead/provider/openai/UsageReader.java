package dev.fairlead.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fairlead.catalog.TokenUsage;
import java.io.IOException;

/** Reads a {@code usage} object; the parser stands at its beginning and is left at its end. */
final class UsageReader {

  private long prompt;
  private long completion;
  private long cached;
  private long cacheWrite;
  private long reasoning;

  private UsageReader() {}

  static TokenUsage read(JsonParser parser) throws IOException {
    UsageReader reader = new UsageReader();
    reader.object(parser);
    return new TokenUsage(
        reader.prompt,
        reader.cached,
        reader.cacheWrite,
        reader.completion,
        reader.reasoning,
        false);
  }

  private void object(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.START_OBJECT
          && (name.equals("prompt_tokens_details") || name.equals("completion_tokens_details"))) {
        object(parser);
      } else if (token == JsonToken.VALUE_NUMBER_INT) {
        number(name, parser);
      } else {
        parser.skipChildren();
      }
    }
  }

  private void number(String name, JsonParser parser) throws IOException {
    switch (name) {
      case "prompt_tokens" -> prompt = tokens(parser);
      case "completion_tokens" -> completion = tokens(parser);
      case "cached_tokens", "prompt_cache_hit_tokens" -> cached = tokens(parser);
      case "cache_write_tokens" -> cacheWrite = tokens(parser);
      case "reasoning_tokens" -> reasoning = tokens(parser);
      default -> {
        // Totals and modalities do not change the cost.
      }
    }
  }

  /**
   * No answer has more tokens than fit an int; a larger number is nonsense and would overflow sums
   * of money.
   */
  private static long tokens(JsonParser parser) throws IOException {
    return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
        ? Integer.MAX_VALUE
        : Math.clamp(parser.getLongValue(), 0, Integer.MAX_VALUE);
  }
}
