package dev.fairlead.provider.openai;

import dev.fairlead.catalog.TokenCounter;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.PromptText;

/** Counts tokens where the vendor did not say. */
final class UsageEstimate {

  private static final int CHARACTERS_PER_TOKEN = 4;

  private UsageEstimate() {}

  static TokenUsage of(ModelCall call, AnswerScan scan) {
    TokenCounter counter = TokenCounter.forModel(call.model().upstream());
    long completion =
        counter.count(scan.countableText())
            + (scan.charactersBeyond() + scan.charactersBesideText()) / CHARACTERS_PER_TOKEN;
    return new TokenUsage(counter.count(PromptText.of(call.form())), 0, 0, completion, 0, true);
  }
}
