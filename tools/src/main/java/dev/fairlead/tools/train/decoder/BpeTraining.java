package dev.fairlead.tools.train.decoder;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.onnx.tokenizer.ByteAlphabet;
import dev.fairlead.onnx.tokenizer.PreTokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
   * @param size of the vocabulary; smaller when the texts have no pair left that occurs twice
   */
  static String train(Collection<String> texts, List<String> special, int size) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    texts.forEach(
        text -> PreTokenizer.GPT2.split(text, word -> counts.merge(word, 1, Integer::sum)));
    PairCounts words = new PairCounts();
    counts.forEach((word, count) -> words.add(letters(word), count));
    List<String> pieces = new ArrayList<>(special);
    for (int value = 0; value < 256; value++) {
      pieces.add(String.valueOf(ByteAlphabet.character(value)));
    }
    Set<String> known = new HashSet<>(pieces);
    List<PairCounts.Pair> merges = new ArrayList<>();
    while (pieces.size() < size) {
      PairCounts.Pair best = words.mostFrequent();
      if (best == null) {
        break;
      }
      merges.add(best);
      if (known.add(best.joined())) {
        pieces.add(best.joined());
      }
      words.merge(best);
    }
    return json(pieces, special, merges);
  }

  private static List<String> letters(String word) {
    return ByteAlphabet.characters(word.getBytes(StandardCharsets.UTF_8))
        .chars()
        .mapToObj(c -> String.valueOf((char) c))
        .toList();
  }

  private static String json(
      List<String> pieces, List<String> special, List<PairCounts.Pair> merges) {
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
