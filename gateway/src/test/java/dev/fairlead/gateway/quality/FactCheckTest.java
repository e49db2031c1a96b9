package dev.fairlead.gateway.quality;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FactCheckTest {

  private static String found(String question, String answer, String reference) {
    return FactCheck.contradiction(new ReferenceJudge.Pair(question, answer, reference)).orElse("");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          What is 23 * 17?         | 23 * 17 = 381.                     | The product is 391.               | number
          When did the wall fall?  | In 1990.                           | In 1989.                          | number
          Which is larger, 9.11 or 9.9? | 9.11                          | 9.9                               | number
          How many legs has a bee? | A bee has eight legs.              | A bee has six legs.               | number
          Is 91 prime?             | Yes, it is.                        | No, 91 is divisible by 7.         | verdict
          Is the earth flat?       | False. The earth is a globe.       | True, in every sense.             | verdict
          Can cats swim?           | Cats can swim.                     | Cats can't swim.                  | negation
          Capital of Australia?    | The capital city is Sydney.        | The capital city is Canberra.     | name
          """)
  void contradiction_isSeen(String question, String answer, String reference, String what) {
    assertThat(found(question, answer, reference)).isEqualTo(what);
    assertThat(found(question, reference, answer)).as("the other way round").isEqualTo(what);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          What is 23 * 17?         | 391                                | 23 * 17 is 391.
          Population of France?    | About 68,000,000 people.           | 68000000
          What is pi?              | Roughly 3.14.                      | It is 3.14159.
          How many legs has a bee? | Six.                               | A bee has 6 legs.
          Is 91 prime?             | No.                                | No, it is not a prime number.
          Who wrote Faust?         | It was Goethe.                     | Johann Wolfgang von Goethe wrote it.
          Name a primary colour.   | Red is a primary colour.           | Blue is one.
          When did the wall fall?  | In 1989.                           | The wall fell.
          """)
  void otherWords_areNoContradiction(String question, String answer, String reference) {
    assertThat(found(question, answer, reference)).isEmpty();
    assertThat(found(question, reference, answer)).as("the other way round").isEmpty();
  }

  @Test
  void longAnswers_mayArriveAnotherWay_butAtTheSameNumber() {
    String filler = "We do this step by step and look at each of the parts on its own first. ";
    String one = filler.repeat(3) + "23 * 10 = 230 and 23 * 7 = 161, so the result is 391.";
    String other = filler.repeat(3) + "23 * 20 = 460 less 23 * 3 = 69, so the result is 391.";
    assertThat(found("What is 23 * 17?", one, other)).isEmpty();
    assertThat(found("What is 23 * 17?", one.replace("391", "381"), other)).isEqualTo("number");
  }

  @Test
  void numbersOfAList_areNone() {
    String words = "apples and pears and plums and grapes and figs and dates and nuts and more ";
    String listed = "1. " + words + "\n2. " + words + "\n3. " + words;
    String other = "- " + words + "\n- " + words + "\n- " + words + " for 7 days";
    assertThat(found("What fruit?", listed, other)).isEmpty();
  }

  @Test
  void hugeTexts_areReadInPart() {
    assertThat(found("?", "7 ".repeat(200_000), "8 ".repeat(200_000))).isEqualTo("number");
    assertThat(found("", "", "")).isEmpty();
  }
}
