package dev.fairlead.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TokenCounterTest {

  private static final String PROSE =
      "Applications point any client at the gateway; it answers from a cache when that is safe,"
          + " sends easy prompts to cheap or local models and hard ones to strong models, keeps"
          + " each route inside its objective and budget, and shows what was spent and why. ";
  private static final String CODE =
      """
      static int count(List<String> items, int limit) {
        for (String item : items) {
          if (item.length() > limit && !item.isEmpty()) {
            return items.indexOf(item) + 1024;
          }
        }
        return -1;
      }
      """;
  private static final String GERMAN =
      "Die Regierung hat am Mittwoch einen Entwurf beschlossen, der die Verfahren für neue Anlagen"
          + " beschleunigen soll. Könnten Sie mir bitte erklären, welche Unterlagen dafür nötig"
          + " sind? ";
  private static final String CHINESE = "今后主管部门必须在七个月内对申请作出决定，而过去往往需要好几年。";

  private static TokenCounter exact(String model) {
    TokenCounter counter = TokenCounter.forModel(model);
    counter.loaded().orTimeout(60, TimeUnit.SECONDS).join();
    return counter;
  }

  @ParameterizedTest
  @CsvSource({
    // Counts of OpenAI's own tokenizer, tiktoken 1.0.22.
    "gpt-4o,hello world,2",
    "gpt-4,hello world,2",
    "gpt2,hello world,2",
    "gpt-4o,antidisestablishmentarianism,6",
    "gpt-4,antidisestablishmentarianism,6",
    "gpt-4o,<|endoftext|>,7",
    "gpt-4,<|endoftext|>,7"
  })
  void openAiModels_areCountedExactly(String model, String text, int tokens) {
    assertThat(exact(model).count(text)).isEqualTo(tokens);
  }

  @ParameterizedTest
  @CsvSource({
    "gpt-4o-mini,O200K",
    "openai/gpt-5,O200K",
    "gpt-6.2-sol,O200K",
    "o3-mini,O200K",
    "gpt-4-turbo,CL100K",
    "gpt-3.5-turbo,CL100K",
    "GPT-4.1-nano,O200K",
    "openai.gpt-oss-120b-1:0,O200K",
    "gpt2-large,R50K",
    "openai-community/gpt2-large,R50K",
    "claude-haiku-4-5,CLAUDE",
    "eu.anthropic.claude-opus-4-8,CLAUDE_SINCE_4_7",
    "anthropic/claude-sonnet-5,CLAUDE_SINCE_4_7",
    "claude-haiku-5-5,CLAUDE_SINCE_4_7",
    "gemini-2.5-pro,LARGE",
    "grok-4.7,LARGE",
    "meta-llama/Llama-2-70b-chat-hf,SMALL",
    "llama-2-70b,SMALL",
    "mixtral-8x7b,SMALL",
    "meta.llama3-3-70b-instruct-v1:0,UNKNOWN",
    "my-own,UNKNOWN",
    "'',UNKNOWN"
  })
  void name_tellsTheFamily(String name, TokenizerFamily family) {
    assertThat(TokenizerFamily.of(name)).isEqualTo(family);
  }

  static List<String> texts() {
    return List.of(PROSE, CODE, GERMAN, CHINESE, PROSE + CODE + GERMAN);
  }

  @ParameterizedTest
  @MethodSource("texts")
  void estimate_isNearTheExactCount(String text) {
    assertThat(ShapeTokenCounter.VOCABULARY_200K.count(text))
        .isCloseTo(exact("gpt-4o").count(text), Percentage.withPercentage(20));
    assertThat(ShapeTokenCounter.VOCABULARY_100K.count(text))
        .isCloseTo(exact("gpt-4").count(text), Percentage.withPercentage(20));
  }

  @Test
  void estimate_growsWithTheVocabularyGettingSmaller() {
    int large = ShapeTokenCounter.VOCABULARY_200K.count(GERMAN);

    assertThat(ShapeTokenCounter.VOCABULARY_32K.count(GERMAN)).isGreaterThan(large);
    assertThat(ShapeTokenCounter.CLAUDE_SINCE_4_7.count(GERMAN))
        .isCloseTo(
            (int) (ShapeTokenCounter.CLAUDE.count(GERMAN) * 1.3), Percentage.withPercentage(3));
    assertThat(ShapeTokenCounter.CLAUDE.count("")).isZero();
    assertThat(ShapeTokenCounter.CLAUDE.count("a")).isEqualTo(1);
  }

  @Test
  void longText_isExtrapolatedFromPiecesOfAllOfIt() {
    String text = PROSE.repeat(2_000) + CHINESE.repeat(5_000);
    TokenCounter counter = exact("gpt-4o");
    long parts = 2_000L * counter.count(PROSE) + 5_000L * counter.count(CHINESE);

    assertThat((long) counter.count(text)).isCloseTo(parts, Percentage.withPercentage(15));
  }

  static List<String> hostile() {
    Random random = new Random(1);
    StringBuilder noise = new StringBuilder();
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < 1 << 20; i++) {
      noise.append((char) random.nextInt(1, 0xD800));
      letters.append((char) ('a' + random.nextInt(26)));
    }
    return List.of(
        "a".repeat(1 << 20),
        letters.toString(),
        noise.toString(),
        "e" + "\u0301".repeat(100_000),
        "\u0301".repeat(1 << 20),
        " ".repeat(1 << 20),
        "\n ".repeat(1 << 19),
        "0123456789".repeat(1 << 16),
        "\uD83D\uDE00".repeat(1 << 19),
        "\uD83D".repeat(1 << 20));
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void count_isBoundedInTime_whateverTheText(String text) {
    for (String model : List.of("gpt-4o", "gpt-4", "gpt2", "claude-x", "llama-2-70b")) {
      TokenCounter counter = exact(model);
      long began = System.nanoTime();
      int tokens = counter.count(text);

      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .as(model)
          .isLessThan(Duration.ofSeconds(2));
      assertThat(tokens).as(model).isBetween(1, 4 * text.length());
    }
  }
}
