package dev.fairlead.tools.eval.harness;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is looked for in answers. */
final class AnswerText {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final Pattern FENCE =
      Pattern.compile("```[\\w+-]*\\s*\\n(.*?)```", Pattern.DOTALL);
  private static final int MOST_READS = 100_000;

  private AnswerText() {}

  /**
   * A JSON object of an answer.
   *
   * @param alone whether there was no other text
   */
  record FoundObject(JsonNode object, boolean alone) {}

  /** The answer's JSON object, in a code fence or bare, alone or in other text. */
  static Optional<FoundObject> json(String answer) {
    Optional<FoundObject> whole = object(unwrapped(answer), true);
    if (whole.isPresent()) {
      return whole;
    }
    int begin = answer.indexOf('{');
    int end = answer.lastIndexOf('}');
    return begin < 0 || end < begin
        ? Optional.empty()
        : object(answer.substring(begin, end + 1), false);
  }

  private static Optional<FoundObject> object(String text, boolean alone) {
    try {
      JsonNode node = JSON.readTree(text);
      return node != null && node.isObject()
          ? Optional.of(new FoundObject(node, alone))
          : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  /** Without a code fence or back quotes around all of it. */
  static String unwrapped(String answer) {
    String text = answer.strip();
    Matcher fence = FENCE.matcher(text);
    if (fence.matches()) {
      return fence.group(1).strip();
    }
    return text.length() > 2 && text.startsWith("`") && text.endsWith("`")
        ? text.substring(1, text.length() - 1)
        : text;
  }

  /** Lower case, runs of blanks as one. */
  static String plain(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("\\s+", " ").strip();
  }

  /** Which share of the patterns is found. */
  static double share(List<Pattern> patterns, String answer) {
    long found = patterns.stream().filter(part -> part.matcher(answer).find()).count();
    return patterns.isEmpty() ? 0 : (double) found / patterns.size();
  }

  /**
   * Whether a pattern that somebody else wrote matches all of a text.
   *
   * @throws IllegalStateException when it takes too long
   */
  static boolean matches(Pattern pattern, String text) {
    return pattern.matcher(new CountedText(text, new int[1])).matches();
  }

  /** Ends a match that goes back and forth for ever. */
  @SuppressWarnings("ArrayRecordComponent") // The counter, shared with its parts.
  private record CountedText(String text, int[] reads) implements CharSequence {

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (++reads[0] > MOST_READS) {
        throw new IllegalStateException("the expression takes too long");
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new CountedText(text.substring(start, end), reads);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
