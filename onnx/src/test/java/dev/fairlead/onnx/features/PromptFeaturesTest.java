package dev.fairlead.onnx.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptFeaturesTest {

  @Test
  void features_areAllZero_whenTheTextIsEmpty() {
    assertThat(PromptFeatures.of("")).hasSize(PromptFeatures.names().size()).containsOnly(0);
  }

  @Test
  void names_areDistinct() {
    assertThat(PromptFeatures.names()).doesNotHaveDuplicates().hasSize(45);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "words              | 3 | one two three",
        "words              | 2 | don't stop-believing",
        "sentences          | 2 | First. Second",
        "sentences          | 1 | What?!",
        "numbers            | 3 | 1 and 2,000 or 3.14",
        "question_marks     | 2 | Why? How?",
        "maths_symbols      | 3 | a+b=c*d",
        "maths_symbols      | 2 | \u2211x \u2264 y",
        "code_symbols       | 4 | f(x); }",
        "maths_words        | 2 | Compute the integral",
        "code_words         | 2 | a Python script",
        "reasoning_words    | 2 | Prove it step by it",
        "format_words       | 2 | a JSON table",
        "constraint_words   | 1 | without salt",
        "fact_question_words| 1 | who was it",
        "writing_words      | 1 | a poem on rain",
        "small_talk_words   | 1 | hello world",
        "rate_words         | 2 | 3 cents per pen, every day",
        "multiple_words     | 1 | twice as many",
        "part_words         | 2 | half of a third",
        "comparison_words   | 2 | 5 more than that",
        "remainder_words    | 2 | how many are left then",
        "total_words        | 1 | how many altogether",
        "number_words       | 2 | two dozen",
        "percent_signs      | 1 | 20% off",
        "currency_signs     | 2 | $5 or \u20AC5",
        "commas             | 2 | pens, 2,000 of them, and ink",
        "largest_number     | 1250.5 | 3 of 1,250.5 or 20",
        "largest_number     | 1000000000000 | 99,999,999,999,999,999,999",
        "largest_number     | 4000000 | 4000000 or 999999",
        "largest_number     | 2 | ticket 2 of 99812344",
        "largest_number     | 0 | since 2026-11-22, 22.11.2026 and 11/22/26 at 14:30 or 9:05:59",
        "largest_number     | 0 | release 1.4.2 on 10.0.0.1",
        "numbers            | 6 | on 2026-11-22 at 14:30 for order 99812344",
        "largest_number     | 14 | 3/4 or 14-5",
        "sentences          | 1 | on 22.11.2026 at 10.0.0.1",
        "maths_symbols      | 2 | on 11/22/2026",
        "smallest_number    | 3 | 20 of 3 or 1,250.5",
        "smallest_number    | 0 | none",
        "last_sentence_words   | 4 | He has 3. How many in 2?",
        "last_sentence_words   | 2 | One two. Three four.",
        "last_sentence_numbers | 1 | He has 3 or 4. How many in 2?",
      })
  void counts_areLogarithmsOfWhatIsThere(String name, double count, String text) {
    assertThat(value(name, text)).as(name).isCloseTo((float) Math.log1p(count), within(1e-6f));
  }

  @Test
  void lists_andChoicesAreSeenAtLineStarts() {
    String text = "Pick:\n- one\n* two\n3. three\nA. first\nB) second\nnot - this nor A.";

    assertThat(value("list_items", text)).isCloseTo((float) Math.log1p(3), within(1e-6f));
    assertThat(value("choices", text)).isCloseTo((float) Math.log1p(2), within(1e-6f));
    assertThat(value("lines", text)).isCloseTo((float) Math.log1p(7), within(1e-6f));
  }

  @Test
  void shares_areOfCharactersOrWords() {
    assertThat(value("digit_share", "a1")).isEqualTo(0.5f);
    assertThat(value("upper_case_share", "aB")).isEqualTo(0.5f);
    assertThat(value("non_ascii_share", "\u00E9e")).isEqualTo(0.5f);
    assertThat(value("distinct_word_share", "so so")).isEqualTo(0.5f);
    assertThat(value("name_share", "I met Anna. Yes")).isEqualTo(0.25f);
  }

  @Test
  void meanNumber_isTheMeanOfLogarithms() {
    double expected = (Math.log1p(2) + Math.log1p(0.25) + Math.log1p(0)) / 3;

    assertThat(value("mean_number", "2 and 0.25 and 0")).isCloseTo((float) expected, within(1e-6f));
  }

  @Test
  void numberRange_andDeviationTellHowFarLogarithmsAreApart() {
    double apart = Math.log1p(50) - Math.log1p(4);

    assertThat(value("number_range", "4 of 50")).isCloseTo((float) apart, within(1e-6f));
    assertThat(value("number_deviation", "4 of 50")).isCloseTo((float) apart / 2, within(1e-6f));
  }

  @Test
  void numberRange_andDeviationAreZero_whenThereAreFewerThanTwoNumbers() {
    for (String text : new String[] {"none", "only 7"}) {
      assertThat(value("number_range", text)).as(text).isZero();
      assertThat(value("number_deviation", text)).as(text).isCloseTo(0, within(1e-6f));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "1", "[", " ", "\n", "\u0301", "\uD800", "word ", "A. ", "?!", "1.", "7,7"})
  void features_areFiniteAndQuick_whenOneMegabyteOfAnything(String unit) {
    String text = unit.repeat((1 << 20) / unit.length());
    PromptFeatures.of(text);
    long start = System.nanoTime();
    float[] features = PromptFeatures.of(text);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(250));
    for (float feature : features) {
      assertThat(Float.isFinite(feature)).isTrue();
    }
  }

  private static float value(String name, String text) {
    return PromptFeatures.of(text)[PromptFeatures.names().indexOf(name)];
  }
}
