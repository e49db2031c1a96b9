package dev.fairlead.onnx.features;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The counters behind {@link PromptFeatures}, filled in one pass. Not thread-safe; made for one
 * text.
 */
final class PromptScan {

  private static final int LONG_WORD = 9;
  private static final int MAX_DISTINCT = 2_000;

  /** Larger numbers count as this. */
  private static final double MAX_NUMBER = 1e12;

  /** From here on digits without a separator are the name of something, such as an order. */
  private static final int IDENTIFIER_DIGITS = 7;

  /** Dates, times, versions, addresses and telephone numbers in digits. */
  private static final Pattern COMPOUND =
      Pattern.compile(
          "\\d{1,4}([-/.])\\d{1,4}(?:\\1\\d{1,4}){1,3}(?!\\d)|\\d{1,2}:\\d{2}(?::\\d{2})?(?!\\d)");

  private static final String MATHS_SYMBOLS = "+*/=<>^%$\\|~";
  private static final String CODE_SYMBOLS = "{}[]();_`#&@";

  int characters;
  int words;
  int sentences;
  int lines;
  int letters;
  int longWords;
  int digits;
  int upperCase;
  int punctuation;
  int nonAscii;
  int names;
  int numbers;
  int mathsSymbols;
  int codeSymbols;
  int questionMarks;
  int listItems;
  int choices;
  int percentSigns;
  int currencySigns;
  int commas;

  /** Largest ln(1 + quantity). */
  double largestMagnitude;

  /** Numbers that measure something, and do not name a thing or a point in time. */
  private int quantities;

  /** Sum of ln(1 + quantity). */
  private double magnitudes;

  private double smallestMagnitude = Double.POSITIVE_INFINITY;
  private double squaredMagnitudes;
  private Matcher compounds = COMPOUND.matcher("");
  private final int[] kinds = new int[WordKind.values().length];
  private final Set<String> distinct = new HashSet<>();
  private boolean sentenceStart = true;
  private boolean sentenceOpen;
  private int sentenceWords;
  private int sentenceNumbers;
  private int closedWords;
  private int closedNumbers;

  void read(String text, int end) {
    compounds = COMPOUND.matcher(text);
    characters = end;
    lines = end == 0 ? 0 : 1;
    boolean lineStart = true;
    int i = 0;
    while (i < end) {
      char c = text.charAt(i);
      if (lineStart && !Character.isWhitespace(c)) {
        countLineMark(text, i, end);
        lineStart = false;
      }
      if (Character.isLetter(c)) {
        i = readWord(text, i, end);
      } else if (c >= '0' && c <= '9') {
        i = readNumber(text, i, end);
      } else {
        readSymbol(c);
        if (c == '\n') {
          lines++;
          lineStart = true;
        }
        i++;
      }
    }
    if (sentenceOpen) {
      closeSentence();
    }
  }

  private void closeSentence() {
    sentences++;
    closedWords = sentenceWords;
    closedNumbers = sentenceNumbers;
    sentenceWords = 0;
    sentenceNumbers = 0;
    sentenceOpen = false;
  }

  /** Words of the last sentence, numbers too: in a problem, that is what is asked. */
  int lastSentenceWords() {
    return closedWords + closedNumbers;
  }

  int lastSentenceNumbers() {
    return closedNumbers;
  }

  /** Mean ln(1 + quantity); 0 without quantities. */
  double meanMagnitude() {
    return quantities == 0 ? 0 : magnitudes / quantities;
  }

  /** Smallest ln(1 + quantity); 0 without quantities. */
  double smallestMagnitude() {
    return quantities == 0 ? 0 : smallestMagnitude;
  }

  /** Standard deviation of ln(1 + quantity); 0 without quantities. */
  double magnitudeDeviation() {
    double mean = meanMagnitude();
    return quantities == 0
        ? 0
        : Math.sqrt(Math.max(0, squaredMagnitudes / quantities - mean * mean));
  }

  int of(WordKind kind) {
    return kinds[kind.ordinal()];
  }

  int distinctWords() {
    // Beyond the bound the share is taken to stay what it was: the set must not grow with the text.
    return distinct.size() < MAX_DISTINCT ? distinct.size() : Math.min(words, distinct.size());
  }

  private int readWord(String text, int start, int end) {
    int i = start;
    while (i < end && isWordPart(text, i, end)) {
      char c = text.charAt(i);
      if (Character.isUpperCase(c)) {
        upperCase++;
      }
      if (c >= 0x80) {
        nonAscii++;
      }
      i++;
    }
    words++;
    sentenceWords++;
    letters += i - start;
    longWords += i - start >= LONG_WORD ? 1 : 0;
    names += !sentenceStart && i - start > 1 && Character.isUpperCase(text.charAt(start)) ? 1 : 0;
    sentenceStart = false;
    sentenceOpen = true;
    countKinds(text.substring(start, Math.min(i, start + 40)).toLowerCase(Locale.ROOT));
    return i;
  }

  private static boolean isWordPart(String text, int i, int end) {
    char c = text.charAt(i);
    if (Character.isLetter(c)) {
      return true;
    }
    return (c == '\'' || c == '-') && i + 1 < end && Character.isLetter(text.charAt(i + 1));
  }

  private void countKinds(String word) {
    if (distinct.size() < MAX_DISTINCT) {
      distinct.add(word);
    }
    @Nullable List<WordKind> of = WordKind.of(word);
    if (of != null) {
      for (WordKind kind : of) {
        kinds[kind.ordinal()]++;
      }
    }
  }

  private int readNumber(String text, int start, int end) {
    sentenceStart = false;
    sentenceOpen = true;
    compounds.region(start, end);
    return compounds.lookingAt() ? readCompound(text, start) : readQuantity(text, start, end);
  }

  /** Counts as many numbers as it has groups of digits, none of them a quantity. */
  private int readCompound(String text, int start) {
    int end = compounds.end();
    for (int i = start; i < end; i++) {
      if (isDigit(text.charAt(i))) {
        digits++;
        if (i == start || !isDigit(text.charAt(i - 1))) {
          countNumber();
        }
      } else if (text.charAt(i) != '.') {
        // A full stop within digits ends no sentence.
        readSymbol(text.charAt(i));
      }
    }
    return end;
  }

  private int readQuantity(String text, int start, int end) {
    int i = start;
    double number = 0;
    double place = 1;
    boolean separated = false;
    while (i < end && (isDigit(text.charAt(i)) || isSeparator(text, i, end))) {
      char c = text.charAt(i);
      separated |= !isDigit(c);
      if (c == '.') {
        place = 0.1;
      } else if (c != ',') {
        digits++;
        number = place == 1 ? number * 10 + (c - '0') : number + place * (c - '0');
        place = place == 1 ? 1 : place / 10;
      }
      i++;
    }
    countNumber();
    if (separated || i - start < IDENTIFIER_DIGITS || isRound(text, i)) {
      measure(Math.log1p(Math.min(number, MAX_NUMBER)));
    }
    return i;
  }

  /** {@code 1000000} is a million. */
  private static boolean isRound(String text, int end) {
    return text.startsWith("0000", end - 4);
  }

  private void countNumber() {
    numbers++;
    sentenceNumbers++;
  }

  private void measure(double magnitude) {
    quantities++;
    magnitudes += magnitude;
    squaredMagnitudes += magnitude * magnitude;
    largestMagnitude = Math.max(largestMagnitude, magnitude);
    smallestMagnitude = Math.min(smallestMagnitude, magnitude);
  }

  private static boolean isSeparator(String text, int i, int end) {
    char c = text.charAt(i);
    return (c == '.' || c == ',') && i + 1 < end && isDigit(text.charAt(i + 1));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private void readSymbol(char c) {
    if (c >= 0x80) {
      nonAscii++;
      currencySigns += Character.getType(c) == Character.CURRENCY_SYMBOL ? 1 : 0;
      mathsSymbols += Character.getType(c) == Character.MATH_SYMBOL ? 1 : 0;
      return;
    }
    if (c > ' ') {
      punctuation++;
      mathsSymbols += MATHS_SYMBOLS.indexOf(c) >= 0 ? 1 : 0;
      codeSymbols += CODE_SYMBOLS.indexOf(c) >= 0 ? 1 : 0;
      questionMarks += c == '?' ? 1 : 0;
      percentSigns += c == '%' ? 1 : 0;
      currencySigns += c == '$' ? 1 : 0;
      commas += c == ',' ? 1 : 0;
    }
    if (c == '.' || c == '!' || c == '?' || c == '\n') {
      if (sentenceOpen) {
        closeSentence();
      }
      sentenceStart = true;
    }
  }

  /**
   * A line that begins like an item of a list ({@code - }, {@code 3.}) or like an answer to choose
   * ({@code B.}).
   */
  private void countLineMark(String text, int start, int end) {
    char c = text.charAt(start);
    char next = start + 1 < end ? text.charAt(start + 1) : ' ';
    boolean closes = next == '.' || next == ')' || next == ':';
    if ((c == '-' || c == '*') && next == ' ') {
      listItems++;
    } else if (isDigit(c) && closes) {
      listItems++;
    } else if (c >= 'A' && c <= 'J' && closes) {
      choices++;
    }
  }
}
