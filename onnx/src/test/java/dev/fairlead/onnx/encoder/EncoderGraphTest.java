package dev.fairlead.onnx.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.ModelFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EncoderGraphTest {

  private static final ModelFile MODEL = ModelFile.resource("/all-minilm-l6-v2-q.onnx");
  private static final ModelFile TOKENIZER =
      ModelFile.resource("/all-minilm-l6-v2-q-tokenizer.json");
  private static final List<String> WORDS =
      List.of(
          "the", "river", "asks", "for", "an", "integral", "of", "3.14", "in", "café", "weather",
          "return", "{", "}", "why", "prove", "hello", "Москва", "reset", "password", "?", ",");

  private static SentenceEncoder rewritten;
  private static SentenceEncoder untouched;

  @BeforeAll
  static void open() {
    rewritten = SentenceEncoder.open(MODEL, TOKENIZER);
    untouched = SentenceEncoder.openAsIs(MODEL, TOKENIZER);
  }

  @AfterAll
  static void close() {
    rewritten.close();
    untouched.close();
  }

  /**
   * On x86 to the bit. Elsewhere other kernels may round in another order, and then the int8
   * activations make of a last bit what they make of another version of the runtime.
   */
  @Test
  void rewrite_changesNoVector_whateverTheLength() {
    boolean exact = System.getProperty("os.arch").equals("amd64");
    Random random = new Random(17);
    for (int words = 0; words < 256; words += words < 40 ? 1 : 9) {
      String text = text(words, random);
      Embedding now = rewritten.encode(text, 256);
      Embedding before = untouched.encode(text, 256);

      assertThat(now.tokenCount()).isEqualTo(before.tokenCount());
      if (exact) {
        assertThat(Arrays.equals(now.values(), before.values()))
            .as("same bits for %s tokens, cosine %s", now.tokenCount(), now.cosine(before))
            .isTrue();
      } else {
        assertThat(now.cosine(before)).isGreaterThan(0.99);
      }
    }
  }

  private static String text(int words, Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words; i++) {
      text.append(WORDS.get(random.nextInt(WORDS.size()))).append(' ');
    }
    return text.toString();
  }

  @Test
  void fingerprint_tellsTheRewrittenGraphFromTheUntouchedOne() {
    assertThat(rewritten.fingerprint(128))
        .contains(EncoderGraph.VERSION)
        .isNotEqualTo(untouched.fingerprint(128));
    assertThat(untouched.fingerprint(128)).doesNotContain(EncoderGraph.VERSION);
  }

  @Test
  void knows_onlyTheShippedFile() {
    byte[] changed = MODEL.content().clone();
    changed[changed.length / 2] ^= 1;

    assertThat(EncoderGraph.knows(MODEL.sha256())).isTrue();
    assertThat(EncoderGraph.knows(new ModelFile("changed.onnx", changed).sha256())).isFalse();
  }

  @Test
  void open_runsTheGraphAsItIs_whenItIsNotTheShippedFile() {
    // A field that protobuf does not know changes the file and not the model.
    byte[] tagged = Arrays.copyOf(MODEL.content(), MODEL.content().length + 3);
    tagged[tagged.length - 3] = (byte) 0xf8;
    tagged[tagged.length - 2] = 0x3f;
    tagged[tagged.length - 1] = 1;

    try (SentenceEncoder encoder =
        SentenceEncoder.open(new ModelFile("tagged.onnx", tagged), TOKENIZER)) {
      assertThat(encoder.fingerprint(128)).doesNotContain(EncoderGraph.VERSION);
      assertThat(encoder.encode("a river", 128).values())
          .isEqualTo(untouched.encode("a river", 128).values());
    }
  }

  @Test
  void rewrite_saysWhatItMisses_whenTheFileIsOfAnotherKind() {
    byte[] head =
        ModelFile.resource("/dev/fairlead/onnx/complexity/complexity-head.onnx").content();

    assertThatThrownBy(() -> EncoderGraph.rewrite(head))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("no such tensor");
    assertThatThrownBy(() -> EncoderGraph.rewrite(new byte[] {1, 2, 3}))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("expected");
  }
}
