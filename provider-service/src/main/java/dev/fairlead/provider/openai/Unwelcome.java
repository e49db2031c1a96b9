package dev.fairlead.provider.openai;

import java.util.Set;

/**
 * Members of a chat request that a server refuses although an answer can do without them, so that
 * they are left out and reported. Sources, read November 2026: console.groq.com/docs/openai and
 * tashfeenahmed/freellmapi#1093 for Groq; docs.mistral.ai/api (what is not in it is refused),
 * OpenHands/OpenHands-CLI#83, charmbracelet/crush#1590 and Gage-Technologies/mistral-go#2 for
 * Mistral. None was tried against the vendors' own servers.
 *
 * @param members of the request itself
 * @param ofMessages members of a message other than a tool's result
 * @param logprobs whether probabilities of tokens are refused, which no answer can do without
 */
record Unwelcome(Set<String> members, Set<String> ofMessages, boolean logprobs) {

  private static final Unwelcome NOTHING = new Unwelcome(Set.of(), Set.of(), false);

  private static final Set<String> OF_MESSAGES =
      Set.of("name", "refusal", "annotations", "reasoning_content", "thinking_blocks");

  private static final Unwelcome GROQ = new Unwelcome(Set.of("logit_bias"), OF_MESSAGES, true);

  private static final Unwelcome MISTRAL =
      new Unwelcome(
          Set.of(
              "logit_bias",
              "metadata",
              "prompt_cache_key",
              "prompt_cache_retention",
              "safety_identifier",
              "service_tier",
              "store",
              "user",
              "verbosity"),
          OF_MESSAGES,
          true);

  /** What servers with those quirks refuse. */
  static Unwelcome at(Quirks quirks) {
    return switch (quirks) {
      case GROQ -> GROQ;
      case MISTRAL -> MISTRAL;
      case OPENAI,
          AZURE,
          VLLM,
          OLLAMA,
          LLAMA_CPP,
          DEEPSEEK,
          TOGETHER,
          OPENROUTER,
          XAI,
          COMPATIBLE ->
          NOTHING;
    };
  }
}
