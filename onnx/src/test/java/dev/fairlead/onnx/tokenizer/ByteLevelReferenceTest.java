package dev.fairlead.onnx.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.fairlead.onnx.ModelFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids held against the Hugging Face tokenizer's, in GPT-2's and SmolLM's arrangement. */
class ByteLevelReferenceTest {

  private static final String FILE = "/dev/fairlead/onnx/decoder/tiny/tokenizer.json";
  private static final String BYTE_LEVEL =
      "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}";

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void ids_areTheReferences_forAnyText(boolean digitsApart) throws IOException {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    byte[] json = json(digitsApart);
    ByteLevelTokenizer tokenizer = ByteLevelTokenizer.parse(new ModelFile("tokenizer.json", json));
    try (HuggingFaceTokenizer reference =
        HuggingFaceTokenizer.newInstance(
            new ByteArrayInputStream(json),
            Map.of("addSpecialTokens", "false", "truncation", "false"))) {
      Random random = new Random(7);
      for (int i = 0; i < 2_000; i++) {
        String text = i < ODD.size() ? ODD.get(i) : text(random);
        long[] expected = reference.encode(text).getIds();
        int[] actual = tokenizer.encode(text);
        assertThat(java.util.Arrays.stream(actual).asLongStream().toArray())
            .as(text)
            .isEqualTo(expected);
        if (!text.contains("<|")) {
          assertThat(tokenizer.decode(actual)).isEqualTo(text);
        }
      }
    }
  }

  private static final List<String> ODD =
      List.of(
          "",
          " ",
          "   \n\n\t x  ",
          "it's they'LL we've",
          "<|im_start|>user\nHi<|im_end|>\n",
          "price 12345.67 \u00bd \u216b \u0663",
          "na\u00efve \ud83d\ude00 e\u0301 \u3042\u3044",
          "a\u00a0b\u2003c\u0085d",
          "x".repeat(400));

  private static String text(Random random) {
    String alphabet = "abcdeFGH 0189 .,'!\n\t\u00e9\u00df\u4e2d\u0928\u200d \u00a0";
    StringBuilder out = new StringBuilder();
    int size = random.nextInt(60);
    for (int i = 0; i < size; i++) {
      out.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return out.toString();
  }

  private static byte[] json(boolean digitsApart) {
    String json =
        new String(ModelFile.resource(FILE).content(), StandardCharsets.UTF_8)
            .replaceFirst("(?s)\"pre_tokenizer\" : \\{.*?\\}", "\"pre_tokenizer\" : " + BYTE_LEVEL);
    String sequence =
        "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\",\"individual_digits\":true},"
            + BYTE_LEVEL
            + "]}";
    String chosen =
        digitsApart
            ? json.replace("\"pre_tokenizer\" : " + BYTE_LEVEL, "\"pre_tokenizer\" : " + sequence)
            : json;
    return chosen.getBytes(StandardCharsets.UTF_8);
  }
}
