package dev.fairlead.tools.train.decoder;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.onnx.tokenizer.ByteAlphabet;
import dev.fairlead.onnx.tokenizer.PreTokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Learns a byte-level byte-pair vocabulary (Sennrich et al., 2016): merges the most frequent pair
 * until the vocabulary is full; of equally frequent ones the first in order of text.
 */
final class BpeTraining {

  private BpeTraining() {}

  /**
   * A Hugging Face {@code tokenizer.json}.
   *
   * @param special tokens with the first ids
   * @param size of the vocabulary; smaller when the texts have no more pairs
   */
  static String train(List<String> texts, List<String> special, int size) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    texts.forEach(
        text -> PreTokenizer.GPT2.split(text, word -> counts.merge(word, 1, Integer::sum)));
    List<List<String>> words = new ArrayList<>();
    List<Integer> weights = new ArrayList<>();
    counts.forEach((word, count) -> {
      words.add(
          new ArrayList<>(
              ByteAlphabet.characters(word.getBytes(StandardCharsets.UTF_8))
                  .chars()
                  .mapToObj(c -> String.valueOf((char) c))
                  .toList()));
      weights.add(count);
    });
    List<String> pieces = new ArrayList<>(special);
    for (int value = 0; value < 256; value++) {
      pieces.add(String.valueOf(ByteAlphabet.character(value)));
    }
    List<Pair> merges = new ArrayList<>();
    while (pieces.size() < size) {
      Pair best = mostFrequent(words, weights);
      if (best == null) {
        break;
      }
      merges.add(best);
      if (!pieces.contains(best.joined())) {
        pieces.add(best.joined());
      }
      words.forEach(word -> merge(word, best));
    }
    return json(pieces, special, merges);
  }

  private record Pair(String left, String right) {
    String joined() {
      return left + right;
    }
  }

  private static @org.jspecify.annotations.Nullable Pair mostFrequent(
      List<List<String>> words, List<Integer> weights) {
    Map<Pair, Integer> counts = new HashMap<>();
    for (int i = 0; i < words.size(); i++) {
      List<String> word = words.get(i);
      for (int j = 0; j + 1 < word.size(); j++) {
        counts.merge(new Pair(word.get(j), word.get(j + 1)), weights.get(i), Integer::sum);
      }
    }
    return counts.entrySet().stream()
        .filter(entry -> entry.getValue() > 1)
        .min(
            java.util.Comparator.comparing((Map.Entry<Pair, Integer> entry) -> -entry.getValue())
                .thenComparing(entry -> entry.getKey().left())
                .thenComparing(entry -> entry.getKey().right()))
        .map(Map.Entry::getKey)
        .orElse(null);
  }

  private static void merge(List<String> word, Pair pair) {
    for (int j = 0; j + 1 < word.size(); j++) {
      if (word.get(j).equals(pair.left()) && word.get(j + 1).equals(pair.right())) {
        word.set(j, pair.joined());
        word.remove(j + 1);
      }
    }
  }

  private static String json(List<String> pieces, List<String> special, List<Pair> merges) {
    JsonMapper mapper = new JsonMapper();
    ObjectNode root = mapper.createObjectNode().put("version", "1.0");
    ArrayNode added = root.putNull("truncation").putNull("padding").putArray("added_tokens");
    for (int id = 0; id < special.size(); id++) {
      added
          .addObject()
          .put("id", id)
          .put("content", special.get(id))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    root.putNull("normalizer");
    for (String step : List.of("pre_tokenizer", "post_processor", "decoder")) {
      root.putObject(step)
          .put("type", "ByteLevel")
          .put("add_prefix_space", false)
          .put("trim_offsets", true)
          .put("use_regex", true);
    }
    ObjectNode model = root.putObject("model").put("type", "BPE").putNull("dropout");
    model.putNull("unk_token").putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", false).put("byte_fallback", false);
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < pieces.size(); id++) {
      vocabulary.put(pieces.get(id), id);
    }
    ArrayNode list = model.putArray("merges");
    merges.forEach(pair -> list.add(pair.left() + " " + pair.right()));
    return root.toPrettyString() + "\n";
  }
}
