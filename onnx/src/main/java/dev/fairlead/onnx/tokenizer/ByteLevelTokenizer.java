package dev.fairlead.onnx.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.ModelFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Byte-level byte-pair encoding as in GPT-2 and SmolLM, read from a Hugging Face {@code
 * tokenizer.json}. Post-processing is not applied: what surrounds a prompt is the chat template's.
 *
 * <p>Any text has an encoding, in O(n log n), and decoding gives it back. Immutable and
 * thread-safe.
 */
public final class ByteLevelTokenizer {

  /**
   * Placed inside a special token's text it keeps the text from becoming that token; removed before
   * encoding. A non-character, so no text needs it.
   */
  private static final char APART = '\ufdd0';

  private final PreTokenizer preTokenizer;
  private final boolean composed;
  private final int[] byteIds = new int[256];
  private final ByteMerges merges = new ByteMerges();
  private final byte[][] pieces;
  private final boolean[] special;
  private final Map<String, AddedToken> added;
  private final @Nullable Pattern addedPattern;
  private final int longestPiece;

  private ByteLevelTokenizer(String name, JsonNode root) {
    JsonNode model = root.path("model");
    JsonNode normalizer = root.path("normalizer");
    expect(name, "model.type", model.path("type").asText(), "BPE");
    expect(name, "model.dropout", model.path("dropout").asText("null"), "null");
    expect(name, "model.byte_fallback", model.path("byte_fallback").asText("false"), "false");
    expect(name, "model.ignore_merges", model.path("ignore_merges").asText("false"), "false");
    this.composed = normalizer.path("type").asText().equals("NFC");
    if (!composed) {
      expect(name, "normalizer", normalizer.asText("null"), normalizer.isObject() ? "" : "null");
    }
    this.preTokenizer = PreTokenizer.parse(root.path("pre_tokenizer"));
    Map<String, Integer> vocabulary = new HashMap<>();
    model.path("vocab").properties().forEach(e -> vocabulary.put(e.getKey(), e.getValue().asInt()));
    this.added = added(name, root.path("added_tokens"));
    int size = size(name, vocabulary);
    this.pieces = new byte[size][];
    this.special = new boolean[size];
    vocabulary.forEach((piece, id) -> pieces[id] = ByteAlphabet.bytes(piece));
    added
        .values()
        .forEach(token -> {
          pieces[token.id()] = token.content().getBytes(StandardCharsets.UTF_8);
          special[token.id()] = token.special();
        });
    for (int value = 0; value < 256; value++) {
      byteIds[value] = id(name, vocabulary, String.valueOf(ByteAlphabet.character(value)));
    }
    model.path("merges").forEach(merge -> merge(name, vocabulary, merge));
    this.addedPattern =
        added.isEmpty()
            ? null
            : Pattern.compile(
                added.keySet().stream()
                    .sorted(Comparator.comparingInt(String::length).reversed())
                    .map(Pattern::quote)
                    .collect(Collectors.joining("|")));
    int longest = 1;
    for (byte @Nullable [] piece : pieces) {
      longest = piece == null ? longest : Math.max(longest, piece.length);
    }
    this.longestPiece = longest;
  }

  /**
   * Reads a {@code tokenizer.json}.
   *
   * @throws ModelFileException when it is damaged or of another kind of tokenizer
   */
  public static ByteLevelTokenizer parse(ModelFile tokenizerJson) {
    try {
      return new ByteLevelTokenizer(
          tokenizerJson.name(), new JsonMapper().readTree(tokenizerJson.content()));
    } catch (IOException e) {
      throw new ModelFileException(
          tokenizerJson.name() + ": not JSON (expected: a Hugging Face tokenizer.json)", e);
    }
  }

  /** One more than the largest id. */
  public int size() {
    return pieces.length;
  }

  /** Most bytes of text that one token can stand for. */
  public int longestPieceBytes() {
    return longestPiece;
  }

  /** Id of an added token by its exact text, or -1. */
  public int addedId(String content) {
    AddedToken token = added.get(content);
    return token == null ? -1 : token.id();
  }

  /** Whether an id marks structure instead of being text. */
  public boolean special(int id) {
    return id >= 0 && id < special.length && special[id];
  }

  /** Bytes that a token stands for, not necessarily whole characters; none for an unused id. */
  public byte[] bytes(int id) {
    byte[] piece = id >= 0 && id < pieces.length ? pieces[id] : null;
    return piece == null ? new byte[0] : piece.clone();
  }

  /** The text, with special tokens in it written so that they stay text when it is encoded. */
  public String asText(String untrusted) {
    String clean = untrusted.indexOf(APART) < 0 ? untrusted : untrusted.replace("" + APART, "");
    if (addedPattern == null) {
      return clean;
    }
    return addedPattern
        .matcher(clean)
        .replaceAll(match -> {
          String token = match.group();
          return Matcher.quoteReplacement(token.charAt(0) + "" + APART + token.substring(1));
        });
  }

  /** Ids of a text; added tokens written out in it become those tokens. */
  public int[] encode(String text) {
    IdList out = new IdList(text.length() / 3 + 8);
    int from = 0;
    if (addedPattern != null) {
      Matcher matcher = addedPattern.matcher(text);
      while (matcher.find()) {
        words(text.substring(from, matcher.start()), out);
        out.add(addedId(matcher.group()));
        from = matcher.end();
      }
    }
    words(text.substring(from), out);
    return out.toArray();
  }

  private void words(String segment, IdList out) {
    String plain = segment.indexOf(APART) < 0 ? segment : segment.replace("" + APART, "");
    String text = composed ? Normalizer.normalize(plain, Normalizer.Form.NFC) : plain;
    preTokenizer.split(
        text,
        word -> {
          byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
          int[] ids = new int[bytes.length];
          for (int i = 0; i < ids.length; i++) {
            ids[i] = byteIds[bytes[i] & 0xff];
          }
          out.addAll(merges.apply(ids));
        });
  }

  /** The text of some ids without special tokens; bytes that are no UTF-8 become U+FFFD. */
  public String decode(int... ids) {
    Utf8Assembler assembler = new Utf8Assembler();
    StringBuilder out = new StringBuilder();
    for (int id : ids) {
      if (!special(id)) {
        out.append(assembler.append(bytes(id)));
      }
    }
    return out.append(assembler.end()).toString();
  }

  private static Map<String, AddedToken> added(String name, JsonNode tokens) {
    Map<String, AddedToken> added = new HashMap<>();
    for (JsonNode token : tokens) {
      for (String option : List.of("lstrip", "rstrip", "single_word")) {
        expect(name, "added_tokens[]." + option, token.path(option).asText("false"), "false");
      }
      String content = token.path("content").asText();
      added.put(
          content,
          new AddedToken(token.path("id").asInt(), content, token.path("special").asBoolean()));
    }
    added.remove("");
    return added;
  }

  private int size(String name, Map<String, Integer> vocabulary) {
    List<Integer> ids = new ArrayList<>(vocabulary.values());
    added.values().forEach(token -> ids.add(token.id()));
    int largest = ids.stream().mapToInt(id -> id).max().orElse(-1);
    int smallest = ids.stream().mapToInt(id -> id).min().orElse(-1);
    if (smallest < 0 || largest > 2 * ids.size() + 1024) {
      throw new ModelFileException(
          name
              + ": model.vocab: ids "
              + smallest
              + " to "
              + largest
              + " (expected: pieces numbered from 0)");
    }
    return largest + 1;
  }

  private void merge(String name, Map<String, Integer> vocabulary, JsonNode merge) {
    String text = merge.asText();
    int space = text.indexOf(' ');
    String left = merge.isArray() ? merge.path(0).asText() : text.substring(0, Math.max(0, space));
    String right = merge.isArray() ? merge.path(1).asText() : text.substring(space + 1);
    merges.add(
        id(name, vocabulary, left),
        id(name, vocabulary, right),
        id(name, vocabulary, left + right));
  }

  private static int id(String name, Map<String, Integer> vocabulary, String piece) {
    Integer id = vocabulary.get(piece);
    if (id == null) {
      throw new ModelFileException(
          name
              + ": model.vocab: no piece `"
              + piece
              + "` (expected: all 256 bytes and what merges make)");
    }
    return id;
  }

  private static void expect(String name, String path, String value, String expected) {
    if (!value.equals(expected)) {
      throw new ModelFileException(
          name
              + ": "
              + path
              + ": "
              + (value.isEmpty() ? "another kind" : value)
              + " (expected: "
              + (expected.isEmpty() ? "none or NFC" : expected)
              + ", as in GPT-2 and SmolLM)");
    }
  }
}
