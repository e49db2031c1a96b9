package dev.fairlead.tools.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OrdinaryPromptsTest {

  @Test
  void prompts_areTheSame_whenTheSeedIsTheSame() {
    assertThat(OrdinaryPrompts.generate(1, 6)).isEqualTo(OrdinaryPrompts.generate(1, 6));
    assertThat(OrdinaryPrompts.generate(1, 6)).isNotEqualTo(OrdinaryPrompts.generate(2, 6));
  }

  @Test
  void prompts_areDistinctAndFilled() {
    assertThat(OrdinaryPrompts.generate(1, 6))
        .doesNotHaveDuplicates()
        .hasSizeGreaterThan(400)
        .allSatisfy(prompt ->
            assertThat(prompt.text()).isNotBlank().doesNotContain("{").doesNotContain("}"));
  }

  @ParameterizedTest
  @EnumSource
  void prompts_haveEveryKind(OrdinaryPrompts.Kind kind) {
    assertThat(OrdinaryPrompts.generate(1, 6))
        .filteredOn(prompt -> prompt.kind() == kind)
        .hasSizeGreaterThan(60);
  }

  @Test
  void shares_sumToOne() {
    assertThat(Arrays.stream(OrdinaryPrompts.Kind.values()).mapToDouble(kind -> kind.share).sum())
        .isCloseTo(1, within(1e-9));
  }
}
