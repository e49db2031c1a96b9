package dev.fairlead.catalog;

/**
 * What a text is made of, as far as it decides how many tokens a byte-pair vocabulary cuts it into.
 * One pass, no allocation beside the result.
 *
 * @param words runs of ASCII letters; {@code camelCase} is two
 * @param furtherLetters letters of such runs beyond their fifth, because long words are cut
 * @param digitGroups runs of digits in threes, rounded up
 * @param digits ASCII digits
 * @param punctuation other visible ASCII characters
 * @param gaps runs of white space that are more than one blank
 * @param accented Latin letters beyond ASCII
 * @param ideographs Chinese, Japanese and Korean characters
 * @param alphabets letters of Greek, Cyrillic and Armenian
 * @param others everything else, such as Arabic, Hindi, Thai and emoji
 */
record TextShape(
    long words,
    long furtherLetters,
    long digitGroups,
    long digits,
    long punctuation,
    long gaps,
    long accented,
    long ideographs,
    long alphabets,
    long others) {

  private static final int WHOLE_WORD = 5;

  static TextShape of(CharSequence text) {
    Scan scan = new Scan(text);
    while (scan.at < text.length()) {
      scan.next();
    }
    return scan.shape();
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isBlank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  private static boolean isIdeograph(char c) {
    return (c >= 0x2E80 && c <= 0x9FFF)
        || (c >= 0xAC00 && c <= 0xD7AF)
        || (c >= 0xFF00 && c <= 0xFFEF);
  }

  private static final class Scan {
    private final CharSequence text;
    private int at;
    private long words;
    private long furtherLetters;
    private long digitGroups;
    private long digits;
    private long punctuation;
    private long gaps;
    private long accented;
    private long ideographs;
    private long alphabets;
    private long others;

    Scan(CharSequence text) {
      this.text = text;
    }

    void next() {
      char c = text.charAt(at);
      if (isLetter(c)) {
        word();
      } else if (isDigit(c)) {
        number();
      } else if (isBlank(c)) {
        gap();
      } else {
        single(c);
        at++;
      }
    }

    private void word() {
      int from = at++;
      while (at < text.length() && isLetter(text.charAt(at)) && !camel()) {
        at++;
      }
      words++;
      furtherLetters += Math.max(0, at - from - WHOLE_WORD);
    }

    private boolean camel() {
      return text.charAt(at) <= 'Z' && text.charAt(at - 1) >= 'a';
    }

    private void number() {
      int from = at;
      while (at < text.length() && isDigit(text.charAt(at))) {
        at++;
      }
      digits += at - from;
      digitGroups += (at - from + 2) / 3;
    }

    private void gap() {
      int from = at;
      while (at < text.length() && isBlank(text.charAt(at))) {
        at++;
      }
      if (at - from > 1 || text.charAt(from) != ' ') {
        gaps++;
      }
    }

    private void single(char c) {
      if (c < 0x80) {
        punctuation++;
      } else if (c < 0x250) {
        accented++;
      } else if (isIdeograph(c)) {
        ideographs++;
      } else if (c < 0x590) {
        alphabets++;
      } else {
        others++;
      }
    }

    TextShape shape() {
      return new TextShape(
          words,
          furtherLetters,
          digitGroups,
          digits,
          punctuation,
          gaps,
          accented,
          ideographs,
          alphabets,
          others);
    }
  }
}
