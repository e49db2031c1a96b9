package dev.fairlead.onnx.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.onnx.ModelFileException;
import java.io.IOException;
import java.util.Map;

/**
 * The pieces of a WordPiece model, found by the characters of a buffer without making strings.
 * Immutable and thread-safe.
 */
final class Vocabulary {

  static final int ABSENT = -1;

  private static final String CONTINUATION = "##";
  private static final int HASH_FACTOR = 31;

  private final int[] slots;
  private final String[] pieces;
  private final boolean[] continuing;
  private final int[] ids;
  private final int longestPiece;
  private final Map<String, Integer> special;

  private Vocabulary(JsonNode pieceToId) {
    int count = pieceToId.size();
    this.slots = new int[Integer.highestOneBit(Math.max(count, 1) * 4)];
    this.pieces = new String[count];
    this.continuing = new boolean[count];
    this.ids = new int[count];
    int longest = 0;
    int index = 0;
    for (Map.Entry<String, JsonNode> entry : pieceToId.properties()) {
      String piece = entry.getKey();
      continuing[index] = piece.length() > 2 && piece.startsWith(CONTINUATION);
      pieces[index] = continuing[index] ? piece.substring(2) : piece;
      ids[index] = entry.getValue().asInt();
      longest = Math.max(longest, pieces[index].length());
      insert(index);
      index++;
    }
    this.longestPiece = longest;
    this.special =
        Map.of(
            "[PAD]",
            required("[PAD]"),
            "[UNK]",
            required("[UNK]"),
            "[CLS]",
            required("[CLS]"),
            "[SEP]",
            required("[SEP]"),
            "[MASK]",
            required("[MASK]"));
  }

  /** Reads the {@code tokenizer.json} of a BERT model. */
  static Vocabulary parse(byte[] tokenizerJson) {
    try {
      JsonNode root = new JsonMapper().readTree(tokenizerJson);
      JsonNode model = root.path("model");
      JsonNode normalizer = root.path("normalizer");
      expect("model.type", model.path("type"), "WordPiece");
      expect(
          "model.continuing_subword_prefix", model.path("continuing_subword_prefix"), CONTINUATION);
      expect("normalizer.type", normalizer.path("type"), "BertNormalizer");
      expect("normalizer.lowercase", normalizer.path("lowercase"), "true");
      expect("pre_tokenizer.type", root.path("pre_tokenizer").path("type"), "BertPreTokenizer");
      if (!model.path("vocab").isObject() || model.path("vocab").isEmpty()) {
        throw new ModelFileException(
            "tokenizer.json: model.vocab: missing (expected: pieces and their ids)");
      }
      return new Vocabulary(model.path("vocab"));
    } catch (IOException e) {
      throw new ModelFileException(
          "tokenizer.json: not JSON (expected: the file beside the encoder)", e);
    }
  }

  private static void expect(String path, JsonNode value, String expected) {
    if (!value.asText().equals(expected)) {
      throw new ModelFileException(
          "tokenizer.json: " + path + ": " + value + " (expected: " + expected + ")");
    }
  }

  /**
   * Id of a special token such as {@code [CLS]}, by its text; {@link #ABSENT} for any other text.
   */
  int special(String token) {
    return special.getOrDefault(token, ABSENT);
  }

  int longestPiece() {
    return longestPiece;
  }

  /** Hash of one more character, for {@link #find}. */
  static int extend(int hash, char next) {
    return hash * HASH_FACTOR + next;
  }

  /**
   * Id of the piece {@code buffer[from..to)}, or {@link #ABSENT}.
   *
   * @param hash of these characters, from 0 by {@link #extend}
   */
  int find(char[] buffer, int from, int to, int hash, boolean asContinuation) {
    int slot = slot(hash, asContinuation);
    while (slots[slot] != 0) {
      int index = slots[slot] - 1;
      if (continuing[index] == asContinuation && same(pieces[index], buffer, from, to)) {
        return ids[index];
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    return ABSENT;
  }

  private void insert(int index) {
    int slot = slot(pieces[index].hashCode(), continuing[index]);
    while (slots[slot] != 0) {
      slot = (slot + 1) & (slots.length - 1);
    }
    slots[slot] = index + 1;
  }

  private int slot(int hash, boolean asContinuation) {
    int mixed = (hash + (asContinuation ? 0x5bd1e995 : 0)) * 0x9e3779b9;
    return (mixed ^ (mixed >>> 15)) & (slots.length - 1);
  }

  private static boolean same(String piece, char[] buffer, int from, int to) {
    if (piece.length() != to - from) {
      return false;
    }
    for (int i = 0; i < piece.length(); i++) {
      if (piece.charAt(i) != buffer[from + i]) {
        return false;
      }
    }
    return true;
  }

  private int required(String token) {
    char[] buffer = token.toCharArray();
    int id = find(buffer, 0, buffer.length, token.hashCode(), false);
    if (id == ABSENT) {
      throw new ModelFileException(
          "tokenizer.json: model.vocab: no " + token + " (expected: BERT's special tokens)");
    }
    return id;
  }
}
