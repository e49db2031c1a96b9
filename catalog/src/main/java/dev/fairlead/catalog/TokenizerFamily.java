package dev.fairlead.catalog;

import com.knuddels.jtokkit.api.EncodingType;
import java.util.List;
import java.util.Locale;

/**
 * Which vocabulary a model counts in, by its name. OpenAI's are in JTokkit and count exactly; those
 * of other vendors are not public or need native code, and are estimated.
 */
enum TokenizerFamily {
  /** OpenAI since GPT-4o. */
  O200K(
      exact("O200K_BASE", ShapeTokenCounter.VOCABULARY_200K),
      "gpt-4o",
      "chatgpt-4o",
      "gpt-4.1",
      "gpt-4.5",
      "gpt-5",
      "gpt-6",
      "gpt-oss",
      "o1",
      "o3",
      "o4"),
  /** OpenAI before, and its embedding models. */
  CL100K(
      exact("CL100K_BASE", ShapeTokenCounter.VOCABULARY_100K),
      "gpt-4",
      "gpt-3.5",
      "text-embedding-3",
      "text-embedding-ada-002"),
  /** GPT-2, also as a local model. */
  R50K(
      exact("R50K_BASE", ShapeTokenCounter.VOCABULARY_100K),
      "gpt2",
      "gpt-2",
      "distilgpt2",
      "davinci"),
  /** Claude since 4.7. */
  CLAUDE_SINCE_4_7(
      ShapeTokenCounter.CLAUDE_SINCE_4_7,
      "claude-opus-4-7",
      "claude-opus-4-8",
      "claude-opus-4.7",
      "claude-opus-4.8",
      "claude-opus-5",
      "claude-sonnet-5",
      "claude-haiku-5",
      "claude-fable",
      "claude-mythos"),
  /** Claude before. */
  CLAUDE(ShapeTokenCounter.CLAUDE, "claude"),
  /** Vocabularies of 200,000 tokens and more. */
  LARGE(ShapeTokenCounter.VOCABULARY_200K, "gemini", "gemma", "llama-4", "llama4", "grok"),
  /** SentencePiece with 32,000 tokens. */
  SMALL(
      ShapeTokenCounter.VOCABULARY_32K,
      "llama-2",
      "llama2",
      "codellama",
      "mixtral",
      "open-mixtral",
      "mistral-7b",
      "open-mistral-7b",
      "tinyllama",
      "vicuna"),
  /** Everybody else: most open models have 100,000 to 150,000 tokens. */
  UNKNOWN(ShapeTokenCounter.VOCABULARY_128K);

  private final List<String> prefixes;
  private final TokenCounter counter;

  TokenizerFamily(TokenCounter counter, String... prefixes) {
    this.counter = counter;
    this.prefixes = List.of(prefixes);
  }

  /** By name, so that the tokenizer's classes are loaded with the first count and not before. */
  private static TokenCounter exact(String encoding, TokenCounter meanwhile) {
    return new LazyTokenCounter(() -> EncodingType.valueOf(encoding), meanwhile);
  }

  TokenCounter counter() {
    return counter;
  }

  /**
   * The family of a name such as {@code gpt-4o-mini}, {@code openai/gpt-4o} or {@code
   * eu.anthropic.claude-opus-4-8}; the first matching prefix decides.
   */
  static TokenizerFamily of(String upstream) {
    String name = bare(upstream.toLowerCase(Locale.ROOT));
    for (TokenizerFamily family : values()) {
      for (String prefix : family.prefixes) {
        if (name.startsWith(prefix)) {
          return family;
        }
      }
    }
    return UNKNOWN;
  }

  /** Without path and without Bedrock's segments, which end in a dot before a letter. */
  private static String bare(String upstream) {
    String name = upstream.substring(upstream.lastIndexOf('/') + 1);
    for (int i = name.length() - 2; i >= 0; i--) {
      if (name.charAt(i) == '.' && Character.isLetter(name.charAt(i + 1))) {
        return name.substring(i + 1);
      }
    }
    return name;
  }
}
