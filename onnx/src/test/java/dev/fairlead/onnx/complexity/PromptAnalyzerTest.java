package dev.fairlead.onnx.complexity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.onnx.encoder.SentenceEncoder;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shipped head puts prompts where a person would. None of these prompts is in what it was trained on. */
class PromptAnalyzerTest {

  private static final List<String> EASY =
      List.of(
          "What is the capital of France?",
          "Say hello",
          "Hi there, how are you?",
          "What time is it in Tokyo?",
          "Translate 'good morning' to Spanish",
          "What's the weather like today?",
          "Name three fruits",
          "What colour is the sky?",
          "Is a tomato a fruit?",
          "Fix the spelling: I recieved teh package");

  private static final List<String> HARD =
      List.of(
          "Prove that there are infinitely many primes congruent to 3 mod 4 and explain each step rigorously",
          "Design a distributed rate limiter in Java that is exact across data centres, tolerates clock skew and"
              + " network partitions, and write the code with tests",
          "Let f be a continuous function on [0,1] with f(0)=f(1). Show that for every n there is x with f(x)=f(x+1/n),"
              + " and find for which non-integer spacings this can fail.",
          "Implement a lock-free concurrent hash map in C++ with resizing, prove that it is linearizable, and discuss"
              + " memory reclamation",
          "Find all integer solutions of x^3 + y^3 + z^3 = 33 with |x|,|y|,|z| < 100, and justify why there are no"
              + " others in the range",
          "Write a SQL query over tables orders, customers and refunds which computes for each month the retention"
              + " cohort with rolling 90-day revenue net of refunds, handling time zones, and explain its query plan",
          "Refactor this recursive parser to an iterative one that keeps error recovery, then analyse the time and"
              + " space complexity of both and prove that they accept the same language",
          "Given an array of n integers, write an algorithm in O(n log n) that counts the pairs (i,j) with i<j and"
              + " a[i] > 2*a[j], prove its correctness and implement it in Python with tests",
          "A train leaves A at 60 km/h and another leaves B, 300 km away, 30 minutes later at 80 km/h, while a bird"
              + " flies between them at 100 km/h. Compute how far the bird flies before they meet, showing every"
              + " step, then generalise to speeds u, v, w.");

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
  void complexity_isLowerForEasyPrompts_inNinetyPercentOfPairs() {
    double[] easy = EASY.stream().mapToDouble(this::complexity).toArray();
    double[] hard = HARD.stream().mapToDouble(this::complexity).toArray();
    long ordered =
        IntStream.range(0, easy.length * hard.length)
            .filter(i -> easy[i % easy.length] < hard[i / easy.length])
            .count();

    assertThat((double) ordered / (easy.length * hard.length)).isGreaterThanOrEqualTo(0.9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"What is the capital of France?", "Say hello", "What's the weather like today?"})
  void complexity_isInTheCheapTier_whenAPromptIsPlainlyEasy(String prompt) {
    assertThat(complexity(prompt)).isLessThan(0.3);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void complexity_isInTheQualityTier_whenAPromptIsPlainlyHard(int index) {
    assertThat(complexity(HARD.get(index))).isGreaterThanOrEqualTo(0.7);
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

  private double complexity(String prompt) {
    return analyzer.analyze(prompt).complexity();
  }
}
