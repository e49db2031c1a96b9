package dev.fairlead.onnx.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.onnx.ModelFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a text into the words inside which a byte-level tokenizer merges: GPT-2's expression, with
 * digits set apart before it where the model says so (SmolLM). Immutable and thread-safe.
 */
public final class PreTokenizer {

  /** GPT-2's own, as most models use it. */
  public static final PreTokenizer GPT2 = new PreTokenizer(false, false, false);

  private static final Pattern WORDS =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+"
              + "| ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]+"
              + "|\\p{IsWhite_Space}+(?!\\P{IsWhite_Space})|\\p{IsWhite_Space}+");

  private final boolean prefixSpace;
  private final boolean splitDigits;
  private final boolean singleDigits;

  private PreTokenizer(boolean prefixSpace, boolean splitDigits, boolean singleDigits) {
    this.prefixSpace = prefixSpace;
    this.splitDigits = splitDigits;
    this.singleDigits = singleDigits;
  }

  /** Reads {@code pre_tokenizer} of a {@code tokenizer.json}. */
  static PreTokenizer parse(JsonNode node) {
    List<JsonNode> steps = new ArrayList<>();
    if (node.path("type").asText().equals("Sequence")) {
      node.path("pretokenizers").forEach(steps::add);
    } else {
      steps.add(node);
    }
    boolean prefix = false;
    boolean digits = false;
    boolean single = false;
    for (int i = 0; i < steps.size(); i++) {
      JsonNode step = steps.get(i);
      String type = step.path("type").asText();
      boolean last = i == steps.size() - 1;
      if (type.equals("ByteLevel") && last && step.path("use_regex").asBoolean(true)) {
        prefix = step.path("add_prefix_space").asBoolean(true);
      } else if (type.equals("Digits") && !last) {
        digits = true;
        single |= step.path("individual_digits").asBoolean(false);
      } else {
        throw new ModelFileException(
            "tokenizer.json: pre_tokenizer: "
                + step
                + " (expected: ByteLevel, with Digits before it or not)");
      }
    }
    return new PreTokenizer(prefix, digits, single);
  }

  /** Hands on the words of a text in order; together they are the text. */
  public void split(String text, Consumer<String> words) {
    if (!splitDigits) {
      expression(text, words);
      return;
    }
    int start = 0;
    while (start < text.length()) {
      boolean number = number(text.codePointAt(start));
      int end = start;
      do {
        end += Character.charCount(text.codePointAt(end));
      } while (end < text.length()
          && number(text.codePointAt(end)) == number
          && !(number && singleDigits));
      expression(text.substring(start, end), words);
      start = end;
    }
  }

  private void expression(String text, Consumer<String> words) {
    String whole =
        prefixSpace && !text.isEmpty() && !Character.isWhitespace(text.charAt(0))
            ? " " + text
            : text;
    Matcher matcher = WORDS.matcher(whole);
    while (matcher.find()) {
      words.accept(matcher.group());
    }
  }

  private static boolean number(int c) {
    int type = Character.getType(c);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }
}
