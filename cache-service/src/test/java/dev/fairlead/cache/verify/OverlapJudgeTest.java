package dev.fairlead.cache.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OverlapJudgeTest {

  private static final String LONG =
      "Boiling an egg takes about eight minutes. Bring water to a rolling boil, lower the egg with"
          + " a spoon, keep the heat at medium, and wait. Afterwards place the egg into cold water"
          + " so that it stops cooking and the shell comes off easily. Fresh eggs are harder to"
          + " peel than older ones, so buy them a week before. Salt in the water helps when a shell"
          + " cracks, because it makes the white set quickly. Serve warm with toast, butter and"
          + " pepper.";

  private final AnswerJudge judge = new OverlapJudge();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Paris | paris. | true",
        "The answer is 42. | the answer is 42 | true",
        "Paris | Lyon | false",
        "Yes, it is. | No, it is not. | false",
        "The answer is 42. | The answer is 43. | false",
        "+ | - | false"
      })
  void shortAnswers_mustBeEqual(String a, String b, boolean same) {
    assertThat(judge.same(a, b).join()).isEqualTo(same);
  }

  @Test
  void longAnswers_areTheSame_whenMostContentIsShared() {
    assertThat(
            judge
                .same(
                    LONG,
                    LONG.replace("about eight minutes", "roughly eight minutes")
                        .replace("easily", "well"))
                .join())
        .isTrue();
  }

  @Test
  void longAnswers_differ_whenTheContentDoes() {
    String other = LONG.replace("egg", "engine").replace("water", "oil").replace("shell", "valve");
    String unrelated =
        "Compilers turn source text into machine instructions through lexing, parsing, type checking and optimisation. "
            .repeat(8);
    assertThat(judge.same(LONG, unrelated).join()).isFalse();
    assertThat(judge.same(LONG, other.substring(0, 200) + unrelated).join()).isFalse();
  }
}
