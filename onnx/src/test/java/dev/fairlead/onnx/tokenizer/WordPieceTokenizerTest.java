package dev.fairlead.onnx.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.ModelFileException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordPieceTokenizerTest {

  private static final Duration BOUND = Duration.ofMillis(250);
  private static final WordPieceTokenizer TOKENIZER =
      WordPieceTokenizer.parse(ModelFile.resource("/all-minilm-l6-v2-q-tokenizer.json").content());

  @Test
  void tokenize_givesOnlyTheSpecialTokens_whenTheTextIsEmpty() {
    TokenizedText tokens = TOKENIZER.tokenize("", 128);

    assertThat(tokens.ids()).containsExactly(101, 102);
    assertThat(tokens.truncated()).isFalse();
  }

  @Test
  void tokenize_dropsLoneSurrogates_wherever() {
    long[] plain = TOKENIZER.tokenize("ab cd", 128).ids();

    assertThat(TOKENIZER.tokenize("\uD800ab \uDC00cd\uDBFF", 128).ids()).isEqualTo(plain);
  }

  @Test
  void tokenize_neverGivesMoreThanTheLimit_andSaysSo() {
    TokenizedText tokens = TOKENIZER.tokenize("one two three four", 4);

    assertThat(tokens.ids()).hasSize(4).startsWith(101).endsWith(102);
    assertThat(tokens.truncated()).isTrue();
    assertThat(TOKENIZER.tokenize("one two", 4).truncated()).isFalse();
  }

  @Test
  void tokenize_isTruncated_whenOnlyTheCharacterBoundCutsTheText() {
    String spaces = " ".repeat(WordPieceTokenizer.MAX_CHARACTERS);

    assertThat(TOKENIZER.tokenize("a" + spaces + "b", 128).truncated()).isTrue();
    assertThat(TOKENIZER.tokenize("a" + spaces.substring(1), 128).truncated()).isFalse();
  }

  @Test
  void tokenize_keepsItsTimeBound_whenOneMegabyteHasNoSpaces() {
    withinBound("a".repeat(1 << 20));
    withinBound("\u00E9".repeat(1 << 20));
    withinBound("ab\uD83D\uDE00".repeat(1 << 18));
  }

  @Test
  void tokenize_keepsItsTimeBound_whenThereAreOneHundredThousandMarks() {
    withinBound("a" + "\u0301".repeat(100_000));
    withinBound("a" + "\u0301\u0316\u0327".repeat(33_334));
  }

  @Test
  void tokenize_keepsItsTimeBound_whenNothingButSpacesBracketsOrSurrogates() {
    withinBound(" ".repeat(1 << 20));
    withinBound("[".repeat(1 << 20));
    withinBound("\uD800".repeat(1 << 20));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1})
  void tokenize_refuses_whenTheLimitHasNoRoomForTheSpecialTokens(int maxTokens) {
    assertThatThrownBy(() -> TOKENIZER.tokenize("a", maxTokens))
        .hasMessageContaining("maxTokens: " + maxTokens);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{}", "{\"model\":{\"type\":\"BPE\"}}"})
  void parse_namesTheFile_whenItIsOfAnotherKind(String json) {
    assertThatThrownBy(() -> WordPieceTokenizer.parse(json.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("tokenizer.json")
        .hasMessageContaining("expected");
  }

  private static void withinBound(String text) {
    TOKENIZER.tokenize(text, 256);
    long start = System.nanoTime();
    TokenizedText tokens = TOKENIZER.tokenize(text, 256);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(BOUND);
    assertThat(tokens.tokenCount()).isBetween(2, 256);
    assertThat(tokens.truncated()).isTrue();
  }
}
