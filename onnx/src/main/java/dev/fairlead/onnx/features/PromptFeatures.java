package dev.fairlead.onnx.features;

import java.util.List;

/**
 * Lexical features of a prompt, computed in one pass over at most {@link #MAX_CHARACTERS}
 * characters. Counts enter as {@code ln(1 + count)}, shares as 0 to 1, the size of a number as
 * {@code ln(1 + number)}. Stateless, thread-safe, some ten microseconds a prompt.
 */
public final class PromptFeatures {

  /** Characters (UTF-16 units) that are looked at. */
  public static final int MAX_CHARACTERS = 16_384;

  private static final List<String> NAMES =
      List.of(
          "characters",
          "words",
          "sentences",
          "lines",
          "mean_word_length",
          "long_word_share",
          "distinct_word_share",
          "digit_share",
          "upper_case_share",
          "punctuation_share",
          "non_ascii_share",
          "name_share",
          "numbers",
          "maths_symbols",
          "code_symbols",
          "question_marks",
          "list_items",
          "choices",
          "maths_words",
          "code_words",
          "reasoning_words",
          "design_words",
          "format_words",
          "constraint_words",
          "fact_question_words",
          "explanation_question_words",
          "writing_words",
          "small_talk_words",
          "rate_words",
          "multiple_words",
          "part_words",
          "comparison_words",
          "remainder_words",
          "total_words",
          "number_words",
          "largest_number",
          "mean_number",
          "percent_signs",
          "currency_signs",
          "commas",
          "last_sentence_words",
          "last_sentence_numbers",
          "smallest_number",
          "number_range",
          "number_deviation");

  private PromptFeatures() {}

  /** Names, in the order of {@link #of}. */
  public static List<String> names() {
    return NAMES;
  }

  /**
   * The features of a text, in the order of {@link #names()}; all are finite, and 0 for an empty
   * text.
   */
  public static float[] of(String text) {
    PromptScan scan = new PromptScan();
    scan.read(text, Math.min(text.length(), MAX_CHARACTERS));
    float[] features = new float[NAMES.size()];
    int i = 0;
    features[i++] = log(scan.characters);
    features[i++] = log(scan.words);
    features[i++] = log(scan.sentences);
    features[i++] = log(scan.lines);
    features[i++] = ratio(scan.letters, scan.words);
    features[i++] = ratio(scan.longWords, scan.words);
    features[i++] = ratio(scan.distinctWords(), scan.words);
    features[i++] = ratio(scan.digits, scan.characters);
    features[i++] = ratio(scan.upperCase, scan.characters);
    features[i++] = ratio(scan.punctuation, scan.characters);
    features[i++] = ratio(scan.nonAscii, scan.characters);
    features[i++] = ratio(scan.names, scan.words);
    features[i++] = log(scan.numbers);
    features[i++] = log(scan.mathsSymbols);
    features[i++] = log(scan.codeSymbols);
    features[i++] = log(scan.questionMarks);
    features[i++] = log(scan.listItems);
    features[i++] = log(scan.choices);
    for (WordKind kind : WordKind.values()) {
      features[i++] = log(scan.of(kind));
    }
    features[i++] = (float) scan.largestMagnitude;
    features[i++] = (float) scan.meanMagnitude();
    features[i++] = log(scan.percentSigns);
    features[i++] = log(scan.currencySigns);
    features[i++] = log(scan.commas);
    features[i++] = log(scan.lastSentenceWords());
    features[i++] = log(scan.lastSentenceNumbers());
    features[i++] = (float) scan.smallestMagnitude();
    features[i++] = (float) (scan.largestMagnitude - scan.smallestMagnitude());
    features[i++] = (float) scan.magnitudeDeviation();
    return features;
  }

  private static float log(int count) {
    return (float) Math.log1p(count);
  }

  private static float ratio(int part, int whole) {
    return whole == 0 ? 0 : (float) part / whole;
  }
}
