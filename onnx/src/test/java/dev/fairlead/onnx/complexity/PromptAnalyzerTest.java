package dev.fairlead.onnx.complexity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.onnx.encoder.SentenceEncoder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The shipped head puts prompts where a person would. None of these prompts is in what it was
 * trained on.
 */
class PromptAnalyzerTest {

  private static SentenceEncoder encoder;
  private static ComplexityHead head;
  private static PromptAnalyzer analyzer;

  @BeforeAll
  static void open() {
    encoder = SentenceEncoder.shipped();
    head = ComplexityHead.shipped();
    analyzer = new PromptAnalyzer(encoder, head);
  }

  @AfterAll
  static void close() {
    head.close();
    encoder.close();
  }

  @Test
  void complexity_isLowerForEasyPrompts_inNinetyPercentOfPairs() throws IOException {
    double[] easy = complexities("easy-prompts.txt");
    double[] hard = complexities("hard-prompts.txt");
    long ordered =
        IntStream.range(0, easy.length * hard.length)
            .filter(i -> easy[i % easy.length] < hard[i / easy.length])
            .count();

    assertThat((double) ordered / (easy.length * hard.length)).isGreaterThanOrEqualTo(0.9);
  }

  @Test
  void complexity_neverMissesByTwoTiers_andIsRightOnAverage() throws IOException {
    double[] easy = complexities("easy-prompts.txt");
    double[] hard = complexities("hard-prompts.txt");

    assertThat(Arrays.stream(easy).max().orElseThrow()).isLessThan(0.7);
    assertThat(Arrays.stream(easy).average().orElseThrow()).isLessThan(0.3);
    assertThat(Arrays.stream(hard).min().orElseThrow()).isGreaterThanOrEqualTo(0.3);
    assertThat(Arrays.stream(hard).average().orElseThrow()).isGreaterThanOrEqualTo(0.7);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "What is the capital of France?",
        "Say hello",
        "What's the weather like today?",
        "Hello!",
        "Can you help me?",
        "Is a tomato a fruit?"
      })
  void complexity_isInTheCheapTier_whenAPromptIsPlainlyEasy(String prompt) {
    assertThat(complexity(prompt)).isLessThan(0.3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Prove that there are infinitely many primes congruent to 3 mod 4 and explain each step"
            + " rigorously",
        "Implement a lock-free concurrent hash map in C++ with resizing, prove that it is"
            + " linearizable, and discuss memory reclamation",
        "Let f be a continuous function on [0,1] with f(0)=f(1). Show that for every n there is x"
            + " with f(x)=f(x+1/n), and find for which non-integer spacings this can fail.",
      })
  void complexity_isInTheQualityTier_whenAPromptIsPlainlyHard(String prompt) {
    assertThat(complexity(prompt)).isGreaterThanOrEqualTo(0.7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\n\t "})
  void complexity_isZero_whenThereIsNoText(String text) {
    PromptAnalysis analysis = analyzer.analyze(text);

    assertThat(analysis.complexity()).isZero();
    assertThat(analysis.embedding().values()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\uD800", "\u0000", "\u200B", "?", "\u00E9", "\uD83D\uDE00"})
  void complexity_isInRange_whenATextIsOdd(String text) {
    assertThat(complexity(text)).isBetween(0.0, 1.0);
    assertThat(complexity(text.repeat(100_000))).isBetween(0.0, 1.0);
  }

  private double[] complexities(String resource) throws IOException {
    try (InputStream stream = PromptAnalyzerTest.class.getResourceAsStream(resource)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .mapToDouble(this::complexity)
          .toArray();
    }
  }

  private double complexity(String prompt) {
    return analyzer.analyze(prompt).complexity();
  }
}
