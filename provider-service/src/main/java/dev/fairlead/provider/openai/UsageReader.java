package dev.fairlead.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fairlead.catalog.TokenUsage;
import java.io.IOException;

/**
 * Reads a {@code usage} object; the parser stands at its beginning and is left at its end. A number
 * that is missing or cannot be makes the usage one that is marked as estimated; a zero is a zero.
 * Some vendors, such as xAI, count reasoning beside the completion and not inside it; the total
 * tells which.
 */
final class UsageReader {

  private static final long ABSENT = -1;

  private long prompt = ABSENT;
  private long completion = ABSENT;
  private long total = ABSENT;
  private long cached;
  private long cacheWrite;
  private long reasoning;

  private UsageReader() {}

  static TokenUsage read(JsonParser parser) throws IOException {
    UsageReader reader = new UsageReader();
    reader.object(parser);
    // Embeddings have no completion tokens, and say so by leaving them out.
    long completion =
        reader.completion == ABSENT && reader.total >= 0 && reader.prompt >= 0
            ? reader.total - reader.prompt
            : reader.completion;
    return new TokenUsage(
        reader.prompt,
        reader.cached,
        reader.cacheWrite,
        reader.reasonsBeside() ? completion + reader.reasoning : completion,
        reader.reasoning,
        false);
  }

  private boolean reasonsBeside() {
    return reasoning > 0
        && prompt >= 0
        && completion >= 0
        && total >= 0
        && total - prompt - completion == reasoning;
  }

  private void object(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.START_OBJECT && details(name)) {
        object(parser);
      } else if (token == JsonToken.VALUE_NUMBER_INT) {
        number(name, parser);
      } else {
        parser.skipChildren();
      }
    }
  }

  private static boolean details(String name) {
    return switch (name) {
      case "prompt_tokens_details",
          "completion_tokens_details",
          "input_tokens_details",
          "output_tokens_details" ->
          true;
      default -> false;
    };
  }

  private void number(String name, JsonParser parser) throws IOException {
    switch (name) {
      case "prompt_tokens", "input_tokens" -> prompt = tokens(parser);
      case "completion_tokens", "output_tokens" -> completion = tokens(parser);
      case "total_tokens" -> total = tokens(parser);
      case "cached_tokens", "prompt_cache_hit_tokens" -> cached = tokens(parser);
      case "cache_write_tokens" -> cacheWrite = tokens(parser);
      case "reasoning_tokens" -> reasoning = tokens(parser);
      default -> {
        // Modalities do not change the cost.
      }
    }
  }

  private static long tokens(JsonParser parser) throws IOException {
    return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
        ? (parser.getBigIntegerValue().signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE)
        : parser.getLongValue();
  }
}
