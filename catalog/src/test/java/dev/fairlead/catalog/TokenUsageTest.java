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
    "9223372036854775807,1,9223372036854775807,1,1, 33554432,1,33554431,1,1",
    "5,0,0,9223372036854775807,0, 5,0,0,33554432,0"
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

  @ParameterizedTest
  @CsvSource({
    "10,4,2,5,3,false",
    "0,0,0,0,0,false",
    "-1,0,0,5,0,true",
    "10,0,0,-5,0,true",
    "10,11,0,5,0,true",
    "10,6,5,5,0,true",
    "10,0,0,5,6,true",
    "10,-1,0,5,0,true",
    "33554433,0,0,5,0,true"
  })
  void clampedUsage_isMarkedAsEstimated(
      long prompt, long cached, long written, long completion, long reasoning, boolean marked) {
    assertThat(new TokenUsage(prompt, cached, written, completion, reasoning, false).estimated())
        .isEqualTo(marked);
  }

  @Test
  void total_isPromptAndCompletion() {
    assertThat(TokenUsage.of(3, 4).totalTokens()).isEqualTo(7);
    assertThat(TokenUsage.of(3, 4).estimated()).isFalse();
  }
}
