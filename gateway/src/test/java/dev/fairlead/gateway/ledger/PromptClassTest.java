package dev.fairlead.gateway.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.catalog.Capability;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptClassTest {

  @ParameterizedTest
  @CsvSource({
    "0,short",
    "255,short",
    "256,medium",
    "2047,medium",
    "2048,long",
    "16383,long",
    "16384,huge"
  })
  void class_namesTheLengthOfThePrompt(long characters, String length) {
    assertThat(PromptClass.of(Set.of(), characters)).isEqualTo("text_" + length);
    assertThat(PromptClass.of(Set.of(Capability.VISION), characters)).isEqualTo("text_" + length);
  }

  @Test
  void class_namesTheNeedThatShapesTheAnswerMost() {
    assertThat(PromptClass.of(Set.of(Capability.JSON_SCHEMA), 1)).isEqualTo("json_short");
    assertThat(PromptClass.of(Set.of(Capability.JSON_SCHEMA, Capability.TOOLS), 1))
        .isEqualTo("tools_short");
    assertThat(PromptClass.of(Set.of(Capability.TOOLS, Capability.REASONING), 1))
        .isEqualTo("reasoning_short");
    assertThat(PromptClass.of(Set.of(Capability.EMBEDDINGS), 1)).isEqualTo("embedding_short");
  }

  @Test
  void everyClass_isAmongTheNames() {
    for (Capability need : Capability.values()) {
      for (long characters : new long[] {1, 1000, 10_000, 100_000}) {
        assertThat(PromptClass.NAMES).contains(PromptClass.of(Set.of(need), characters));
      }
    }
  }
}
