package dev.fairlead.tools.train.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.tokenizer.ByteLevelTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BpeTrainingTest {

  private static final List<String> SPECIAL = TrainDecoderCommand.SPECIAL;

  private static ByteLevelTokenizer tokenizer(String json) {
    return ByteLevelTokenizer.parse(
        new ModelFile("tokenizer.json", json.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> merges(String json) throws IOException {
    List<String> merges = new ArrayList<>();
    JsonNode root = new JsonMapper().readTree(json);
    root.at("/model/merges").forEach(merge -> merges.add(merge.asText()));
    return merges;
  }

  @Test
  void mostFrequentPair_isMergedFirst_andOfEqualOnesTheFirst() throws IOException {
    // "abab" x 3: ab 6 times, ba 3; then abab 3. "cd" x 3 and "xy" x 1 follow.
    String json = BpeTraining.train(List.of("abab", "\nabab\nabab\ncd\ncd\ncd\nxy"), SPECIAL, 999);
    assertThat(merges(json)).containsExactly("a b", "ab ab", "c d");
    assertThat(tokenizer(json).encode("abab")).hasSize(1);
    assertThat(tokenizer(json).size()).isEqualTo(3 + 256 + 3);
  }

  @Test
  void merges_areThoseOfCountingAnewEachTime() throws IOException {
    Random random = new Random(5);
    StringBuilder text = new StringBuilder();
    for (int word = 0; word < 400; word++) {
      for (int i = 2 + random.nextInt(6); i > 0; i--) {
        text.append("abcde".charAt(Math.min(random.nextInt(5), random.nextInt(5))));
      }
      text.append('\n');
    }
    assertThat(merges(BpeTraining.train(List.of(text.toString()), SPECIAL, 320)))
        .isEqualTo(countedAnew(text.toString(), 320 - 256 - SPECIAL.size()));
  }

  /** The textbook's way, over words apart from their line ends. */
  private static List<String> countedAnew(String text, int most) {
    List<List<String>> words = new ArrayList<>();
    text.lines().forEach(line -> words.add(new ArrayList<>(List.of(line.split("")))));
    List<String> merges = new ArrayList<>();
    while (merges.size() < most) {
      Map<String, Integer> counts = new HashMap<>();
      for (List<String> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          counts.merge(word.get(i) + " " + word.get(i + 1), 1, Integer::sum);
        }
      }
      String best =
          counts.entrySet().stream()
              .min(
                  Map.Entry.<String, Integer>comparingByValue()
                      .reversed()
                      .thenComparing(entry -> entry.getKey().split(" ")[0])
                      .thenComparing(entry -> entry.getKey().split(" ")[1]))
              .orElseThrow()
              .getKey();
      merges.add(best);
      String[] pair = best.split(" ");
      for (List<String> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          if (word.get(i).equals(pair[0]) && word.get(i + 1).equals(pair[1])) {
            word.set(i, pair[0] + pair[1]);
            word.remove(i + 1);
          }
        }
      }
    }
    return merges;
  }

  @Test
  void anyText_comesBack() throws IOException {
    String json = BpeTraining.train(TrainingText.read(null, null).plain(), SPECIAL, 600);
    ByteLevelTokenizer tokenizer = tokenizer(json);
    for (String text : List.of("What is Fairlead?", "  \n\tx\u00e9\u4e2d\ud83d\ude00", "")) {
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }
    assertThat(tokenizer.encode("What is Fairlead?").length).isLessThan(10);
    assertThat(tokenizer.encode("<|im_end|>")).containsExactly(2);
  }
}
