package dev.fairlead.cache.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContradictionTest {

  private static final String KEPT =
      "You can return most items within 30 days of delivery, as long as they are unused. Print the"
          + " label from DHL in your account and hand the parcel in at any shop. After three"
          + " working days the amount is back on your card. Opened software is not refundable.";
  private static final String IN_OTHER_WORDS =
      "Up to 30 days after it has arrived you may send back what you have not used. The label of"
          + " DHL is in your account; any shop takes the parcel. Expect the money on the card"
          + " three working days later, and note that opened software is not refundable.";

  private static boolean contradict(String kept, String fresh) {
    boolean found = Contradiction.between(kept, fresh);
    assertThat(Contradiction.between(fresh, kept)).as("the other way round").isEqualTo(found);
    return found;
  }

  @ParameterizedTest
  @CsvSource({
    "30 days, 14 days, true",
    "DHL, UPS, true",
    "is not refundable, is refundable, true",
    "unused, used, true",
    "most items, most articles, true",
    "within 30 days, within thirty days, false",
    "'Opened', 'opened', false"
  })
  void editedAnswer_contradicts_whereItsOneOtherWordMatters(
      String from, String to, boolean expected) {
    assertThat(contradict(KEPT, KEPT.replace(from, to))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"DHL, DHL, false", "30 days, 14 days, true", "DHL, UPS, true"})
  void rephrasedAnswer_contradicts_inNumbersAndNames(String from, String to, boolean expected) {
    assertThat(contradict(KEPT, IN_OTHER_WORDS.replace(from, to))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "'Up to 30 days after it has arrived', 'For some weeks'",
    "'The label of DHL', 'The label'",
    "'three working days', '3 working days'"
  })
  void whatOnlyOneOfThemSays_isNoContradiction(String from, String to) {
    assertThat(contradict(KEPT, IN_OTHER_WORDS.replace(from, to))).isFalse();
  }
}
