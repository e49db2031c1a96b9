package dev.fairlead.provider.sse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecurringEventTest {

  private static final String HEAD = "{\"id\":\"c\",\"delta\":{\"content\":\"";
  private static final String TAIL = "\"},\"index\":0}";

  private final RecurringEvent recurring = new RecurringEvent();

  /** What a parser does that finds the text behind {@link #HEAD}. */
  private void parse(String event, int closingQuote) {
    byte[] bytes = ("..." + event).getBytes(UTF_8);
    recurring.parsing();
    if (recurring.isAsking()) {
      recurring.textEnds(closingQuote);
    }
    recurring.learn(bytes, 3, bytes.length);
  }

  private void learn(String text) {
    parse(HEAD + text + TAIL, (HEAD + text).getBytes(UTF_8).length);
  }

  private boolean matches(byte[] event) {
    byte[] between = new byte[event.length + 4];
    System.arraycopy(event, 0, between, 2, event.length);
    return recurring.matches(between, 2, 2 + event.length);
  }

  private boolean matches(String event) {
    return matches(event.getBytes(UTF_8));
  }

  @Test
  void nothingLearnt_nothingMatches() {
    assertThat(matches(HEAD + "a" + TAIL)).isFalse();
    assertThat(matches("")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "b", " a longer one, {\"no\": ", "Grüße, 東京 🚢"})
  void sameEventWithOtherText_matches_andGivesIt(String text) {
    learn("Hello");
    String plain = text.replace("\"", "'");

    assertThat(matches(HEAD + plain + TAIL)).isTrue();
    assertThat(recurring.text()).isEqualTo(plain);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":\"d\",\"delta\":{\"content\":\"a\"},\"index\":0}",
        "{\"id\":\"c\",\"delta\":{\"content\":\"a\"},\"index\":1}",
        "{\"id\":\"c\",\"delta\":{\"content\":\"a\"},\"index\":0} ",
        "{\"id\":\"c\",\"delta\":{\"content\":\"a\"},\"index\":0",
        "{\"id\":\"c\",\"delta\":{\"content\":\"a",
        "{\"id\":\"c\",\"delta\":{\"content\":",
        "{\"id\":\"c\",\"delta\":{\"content\":\"a\\n\"},\"index\":0}",
        "{\"id\":\"c\",\"delta\":{\"content\":\"\\\"\"},\"index\":0}",
        "{\"id\":\"c\",\"delta\":{\"content\":\"a\nb\"},\"index\":0}",
        "{\"id\":\"c\",\"delta\":{\"content\":\"a\",\"content\":\"b\"},\"index\":0}",
        "{\"id\":\"c\",\"delta\":{\"content\":null},\"index\":0}",
        ""
      })
  void anythingElse_isTheParsers(String event) {
    learn("Hello");

    assertThat(matches(event)).isFalse();
  }

  @Test
  void bytesThatAreNoText_areTheParsers() {
    learn("Hello");

    assertThat(matches((HEAD + "\u00FF" + TAIL).getBytes(ISO_8859_1))).isFalse();
    assertThat(matches((HEAD + "\u00C3" + TAIL).getBytes(ISO_8859_1))).isFalse();
    assertThat(matches(HEAD + "\uFFFD" + TAIL)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\\nb", "a\\\"b", "\\\"", "a\\\\"})
  void textWithEscapes_isNoPattern(String text) {
    learn(text);

    assertThat(matches(HEAD + text + TAIL)).isFalse();
    assertThat(matches(HEAD + "a" + TAIL)).isFalse();
  }

  @Test
  void longEvent_isNoPattern() {
    learn("a".repeat(4096));

    assertThat(matches(HEAD + "b" + TAIL)).isFalse();
  }

  @Test
  void secondOpenString_mayDifferToo() {
    String first = HEAD + "Hello\"},\"obfuscation\":\"x7\"}";
    byte[] bytes = first.getBytes(UTF_8);
    recurring.parsing();
    recurring.textEnds((HEAD + "Hello").length());
    recurring.stringEnds(first.length() - 2);
    recurring.learn(bytes, 0, bytes.length);

    assertThat(matches(HEAD + " you\"},\"obfuscation\":\"kq2 9\"}")).isTrue();
    assertThat(recurring.text()).isEqualTo(" you");
    assertThat(matches(HEAD + " you\"},\"obfuscation\":\"\\u0041\"}")).isFalse();
    assertThat(matches(HEAD + " you\"},\"obfuscation\":\"\u00e9\"}")).isFalse();
    assertThat(matches(HEAD + " you\"},\"obfuscation\":\"a\",\"usage\":{}}")).isFalse();
  }

  @Test
  void unfitDocument_leavesThePatternAsItWas() {
    learn("Hello");
    byte[] other = "{\"text\":\"a\"}".getBytes(UTF_8);
    recurring.parsing();
    recurring.textEnds(10);
    recurring.unfit();
    recurring.learn(other, 0, other.length);

    assertThat(matches("{\"text\":\"b\"}")).isFalse();
    assertThat(matches(HEAD + "b" + TAIL)).isTrue();
  }

  @Test
  void twoTexts_areNoPattern() {
    String event = "{\"a\":\"x\",\"b\":\"y\"}";
    byte[] bytes = event.getBytes(UTF_8);
    recurring.parsing();
    recurring.textEnds(event.indexOf("\",\"b"));
    recurring.textEnds(event.length() - 2);
    recurring.learn(bytes, 0, bytes.length);

    assertThat(matches(event)).isFalse();
  }

  @Test
  void streamWhoseEventsAllDiffer_isNotLearntForEver() {
    for (int i = 0; i < 8; i++) {
      String head = "{\"n\":" + i + ",\"text\":\"";
      parse(head + "a\"}", head.length() + 1);
      assertThat(matches(head + "b\"}".replace('b', '\n'))).isFalse();
    }
    recurring.parsing();
    assertThat(recurring.isAsking()).isFalse();
  }

  @Test
  void matchBetweenNewPatterns_keepsTheStreamLearning() {
    for (int i = 0; i < 30; i++) {
      String head = "{\"n\":" + i + ",\"text\":\"";
      parse(head + "a\"}", head.length() + 1);
      assertThat(matches(head + "b\"}")).isTrue();
    }
  }
}
