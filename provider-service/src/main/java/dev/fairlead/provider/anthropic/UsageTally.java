package dev.fairlead.provider.anthropic;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fairlead.catalog.TokenUsage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what {@code usage} objects say. They are cumulative, so that a later number replaces an
 * earlier one. Tokens read from and written to the cache are outside {@code input_tokens}, and
 * inside our prompt tokens. What it took to compact the conversation is outside all of these, and
 * stands in {@code iterations}. A zero is a zero. Not thread-safe.
 */
final class UsageTally {

  private static final long ABSENT = Long.MIN_VALUE;

  private long input = ABSENT;
  private long output = ABSENT;
  private long cacheRead;
  private long cacheWritten;
  private long thinking;
  private String type = "";

  /** The passes that compacted the conversation, as the last object with any tells them. */
  private List<UsageTally> compactions = List.of();

  /** Reads an object; the parser stands at its beginning and is left at its end. */
  void read(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.VALUE_NUMBER_INT) {
        number(name, tokens(parser));
      } else if (token == JsonToken.START_OBJECT && name.equals("output_tokens_details")) {
        read(parser);
      } else if (token == JsonToken.START_ARRAY && name.equals("iterations")) {
        compactions = compactions(parser);
      } else if (token == JsonToken.VALUE_STRING && name.equals("type")) {
        type = parser.getText();
      } else {
        parser.skipChildren();
      }
    }
  }

  private static List<UsageTally> compactions(JsonParser parser) throws IOException {
    List<UsageTally> found = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        UsageTally pass = new UsageTally();
        pass.read(parser);
        if (pass.type.equals("compaction")) {
          found.add(pass);
        }
      } else {
        parser.skipChildren();
      }
    }
    return found;
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
    long prompt = prompt();
    long read = cacheRead;
    long written = cacheWritten;
    long generated = completion;
    for (UsageTally pass : compactions) {
      prompt = sum(prompt, pass.prompt());
      read = sum(read, pass.cacheRead);
      written = sum(written, pass.cacheWritten);
      generated = sum(generated, pass.output);
    }
    return new TokenUsage(prompt, read, written, generated, thinking, estimated);
  }

  private long prompt() {
    return sum(sum(input, cacheRead), cacheWritten);
  }

  /** Far from an overflow, and less than nothing when one of them is. */
  private static long sum(long some, long more) {
    return some < 0 || more < 0 ? -1 : Math.min(some + more, TokenUsage.MOST_TOKENS + 1);
  }
}
