package dev.fairlead.provider.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.catalog.TokenUsage;

/**
 * Reads {@code usageMetadata}. Cached tokens are inside {@code promptTokenCount}, as in our
 * counting; thoughts are outside {@code candidatesTokenCount} and are added to it. A count that is
 * left out is zero, as in all of protobuf's JSON, but for the prompt's, which is never none. A
 * count that cannot be makes the usage one that is marked as estimated.
 */
final class UsageReader {

  private static final long NONSENSE = -1;

  private UsageReader() {}

  static TokenUsage read(JsonNode usage) {
    long thoughts = count(usage, "thoughtsTokenCount");
    return new TokenUsage(
        usage.has("promptTokenCount")
            ? sum(count(usage, "promptTokenCount"), count(usage, "toolUsePromptTokenCount"))
            : NONSENSE,
        count(usage, "cachedContentTokenCount"),
        0,
        sum(count(usage, "candidatesTokenCount"), thoughts),
        thoughts,
        false);
  }

  private static long sum(long some, long more) {
    return some < 0 || more < 0 ? NONSENSE : some + more;
  }

  private static long count(JsonNode usage, String name) {
    JsonNode value = usage.path(name);
    if (value.isMissingNode()) {
      return 0;
    }
    if (!value.isIntegralNumber()) {
      return NONSENSE;
    }
    // Sums of two stay far from an overflow.
    return value.canConvertToLong()
        ? Math.clamp(value.asLong(), NONSENSE, TokenUsage.MOST_TOKENS + 1)
        : value.bigIntegerValue().signum() < 0 ? NONSENSE : TokenUsage.MOST_TOKENS + 1;
  }
}
