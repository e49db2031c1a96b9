package dev.fairlead.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenUsageTest {

  @ParameterizedTest
  @CsvSource({
    // reported: prompt, cached, written, completion, reasoning; kept: the same five
    "10,4,2,5,3, 10,4,2,5,3",
    "-1,-1,-1,-1,-1, 0,0,0,0,0",
    "10,99,5,5,0, 10,10,0,5,0",
    "10,4,99,5,0, 10,4,6,5,0",
    "10,0,0,5,9, 10,0,0,5,5",
    "0,7,7,0,7, 0,0,0,0,0",
    "9223372036854775807,1,9223372036854775807,1,1, 9223372036854775807,1,9223372036854775806,1,1"
  })
  void parts_areClampedToTheirWhole(
      long prompt,
      long cached,
      long written,
      long completion,
      long reasoning,
      long prompt2,
      long cached2,
      long written2,
      long completion2,
      long reasoning2) {
    TokenUsage usage = new TokenUsage(prompt, cached, written, completion, reasoning, true);

    assertThat(usage)
        .isEqualTo(new TokenUsage(prompt2, cached2, written2, completion2, reasoning2, true));
    assertThat(usage.promptTokens()).isEqualTo(prompt2);
    assertThat(usage.cachedPromptTokens()).isEqualTo(cached2);
    assertThat(usage.cacheWriteTokens()).isEqualTo(written2);
    assertThat(usage.completionTokens()).isEqualTo(completion2);
    assertThat(usage.reasoningTokens()).isEqualTo(reasoning2);
  }

  @Test
  void total_isPromptAndCompletion() {
    assertThat(TokenUsage.of(3, 4).totalTokens()).isEqualTo(7);
    assertThat(TokenUsage.of(Long.MAX_VALUE, 4).totalTokens())
        .as("saturates")
        .isEqualTo(Long.MAX_VALUE);
    assertThat(TokenUsage.of(3, 4).estimated()).isFalse();
  }
}
