package dev.fairlead.onnx.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.onnx.OrtRuntime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SentenceEncoderTest {

  private static final ModelFile MODEL = ModelFile.resource("/all-minilm-l6-v2-q.onnx");
  private static final ModelFile TOKENIZER =
      ModelFile.resource("/all-minilm-l6-v2-q-tokenizer.json");

  private static SentenceEncoder encoder;

  @BeforeAll
  static void open() {
    encoder = SentenceEncoder.open(MODEL, TOKENIZER);
  }

  @AfterAll
  static void close() {
    encoder.close();
  }

  @Test
  void encode_putsParaphrasesNearerThanStrangers() {
    Embedding question = encoder.encode("How do I reset my password?", 128);
    Embedding paraphrase = encoder.encode("I forgot my password, how can I change it?", 128);
    Embedding stranger = encoder.encode("The cat sleeps on the warm roof.", 128);

    assertThat(question.cosine(paraphrase)).isGreaterThan(0.7);
    assertThat(question.cosine(stranger)).isLessThan(0.2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a", "\uD800", "\u0000", "東京", "word word word"})
  void encode_givesAUnitVector_whateverTheText(String text) {
    Embedding embedding = encoder.encode(text, 128);

    assertThat(embedding.values()).hasSize(384).doesNotContain(Float.NaN);
    assertThat(embedding.cosine(embedding)).isBetween(0.9999, 1.0001);
  }

  @Test
  void encode_givesTheSameBits_whateverRanBeforeAndBeside() throws Exception {
    List<String> texts =
        List.of("short", "a somewhat longer text about rivers ".repeat(9), "x ".repeat(400));
    List<float[]> alone = texts.stream().map(text -> encoder.encode(text, 256).values()).toList();
    List<Future<Boolean>> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 60; i++) {
        int index = i % texts.size();
        results.add(
            threads.submit(() ->
                Arrays.equals(encoder.encode(texts.get(index), 256).values(), alone.get(index))));
      }
      for (Future<Boolean> result : results) {
        assertThat(result.get()).isTrue();
      }
    }
  }

  @Test
  void encode_countsTokens_andSaysWhatItCut() {
    String long300 = "word ".repeat(300);

    assertThat(encoder.encode("one two three", 128))
        .returns(5, Embedding::tokenCount)
        .returns(false, Embedding::truncated);
    assertThat(encoder.encode(long300, 128))
        .returns(128, Embedding::tokenCount)
        .returns(true, Embedding::truncated);
    assertThat(encoder.encode(long300, 256))
        .returns(256, Embedding::tokenCount)
        .returns(true, Embedding::truncated);
    assertThat(encoder.encode("word ".repeat(126), 128).truncated()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 2, 257})
  void encode_refuses_whenTheLimitIsOutOfRange(int maxTokens) {
    assertThatThrownBy(() -> encoder.encode("a", maxTokens))
        .hasMessageContaining("expected: 3..256");
  }

  @Test
  void fingerprint_tellsModelRuntimeOptionsAndLimitApart() {
    assertThat(encoder.fingerprint(128))
        .contains(MODEL.sha256().substring(0, 12), OrtRuntime.version(), OrtRuntime.OPTIONS)
        .isNotEqualTo(encoder.fingerprint(256));
  }

  @Test
  void open_namesTheFile_whenTheModelIsTruncatedGarbageOrEmpty() {
    byte[] truncated = Arrays.copyOf(MODEL.content(), 1_000_000);
    byte[] garbage = "not a model".repeat(99).getBytes(StandardCharsets.UTF_8);
    for (byte[] damaged : List.of(truncated, garbage, new byte[0])) {
      assertThatThrownBy(
              () -> SentenceEncoder.open(new ModelFile("damaged.onnx", damaged), TOKENIZER))
          .isInstanceOf(ModelFileException.class)
          .hasMessageContaining("damaged.onnx")
          .hasMessageContaining("expected");
    }
  }

  @Test
  void open_namesTheInputs_whenTheModelIsOfAnotherKind() {
    ModelFile head = ModelFile.resource("/dev/fairlead/onnx/complexity/complexity-head.onnx");

    assertThatThrownBy(() -> SentenceEncoder.open(head, TOKENIZER))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("input_ids");
  }

  @Test
  void modelFile_namesThePath_whenItIsMissing(@TempDir Path folder) {
    assertThatThrownBy(() -> ModelFile.at(folder.resolve("model.onnx")))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("model.onnx");
    assertThatThrownBy(() -> ModelFile.resource("/absent.onnx"))
        .hasMessageContaining("/absent.onnx");
  }
}
