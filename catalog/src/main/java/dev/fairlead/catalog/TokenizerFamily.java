package dev.fairlead.catalog;

import com.knuddels.jtokkit.api.EncodingType;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Which vocabulary a model counts in, by its name. */
enum TokenizerFamily {
  /** OpenAI since GPT-4o. */
  O200K(
      "O200K_BASE",
      "gpt-4o",
      "chatgpt-4o",
      "gpt-4.1",
      "gpt-4.5",
      "gpt-5",
      "gpt-oss",
      "o1",
      "o3",
      "o4"),
  /** OpenAI before, and its embedding models. */
  CL100K("CL100K_BASE", "gpt-4", "gpt-3.5", "text-embedding-3", "text-embedding-ada-002"),
  /** Everybody else. */
  UNKNOWN(null);

  private final List<String> prefixes;
  private final TokenCounter counter;

  TokenizerFamily(@Nullable String encoding, String... prefixes) {
    this.prefixes = List.of(prefixes);
    // By name, so that the tokenizer's classes are loaded with the first count and not with this
    // enum.
    this.counter =
        encoding == null
            ? EstimatedTokenCounter.INSTANCE
            : new LazyTokenCounter(() -> EncodingType.valueOf(encoding));
  }

  TokenCounter counter() {
    return counter;
  }

  /**
   * The family of a name such as {@code gpt-4o-mini} or {@code openai/gpt-4o}; the first matching
   * prefix decides.
   */
  static TokenizerFamily of(String upstream) {
    String name = upstream.substring(upstream.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    for (TokenizerFamily family : values()) {
      for (String prefix : family.prefixes) {
        if (name.startsWith(prefix)) {
          return family;
        }
      }
    }
    return UNKNOWN;
  }
}
