package dev.fairlead.gateway.pipeline;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.v1.Usage;

/** Tokens between the contract's form and the catalogue's. */
public final class Usages {

  private Usages() {}

  /** From the contract; anything but a reported usage counts as estimated. */
  public static TokenUsage fromProto(Usage usage) {
    return new TokenUsage(
        usage.getPromptTokens(),
        usage.getCachedPromptTokens(),
        usage.getCacheWriteTokens(),
        usage.getCompletionTokens(),
        usage.getReasoningTokens(),
        usage.getSource() != Usage.Source.SOURCE_REPORTED);
  }

  /** To the contract. */
  public static Usage toProto(TokenUsage usage) {
    return Usage.newBuilder()
        .setPromptTokens(usage.promptTokens())
        .setCachedPromptTokens(usage.cachedPromptTokens())
        .setCacheWriteTokens(usage.cacheWriteTokens())
        .setCompletionTokens(usage.completionTokens())
        .setReasoningTokens(usage.reasoningTokens())
        .setSource(usage.estimated() ? Usage.Source.SOURCE_ESTIMATED : Usage.Source.SOURCE_REPORTED)
        .build();
  }
}
