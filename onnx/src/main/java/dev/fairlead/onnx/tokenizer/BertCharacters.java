package dev.fairlead.onnx.tokenizer;

import java.text.Normalizer;

/**
 * What BERT's normalizer and pre-tokenizer do to single code points: which are dropped, which
 * separate, which stand for themselves, and how they are folded (canonical decomposition without
 * non-spacing marks, then lower case).
 *
 * <p>Works on code points alone, so that the time is linear in the text: canonical ordering of a
 * long run of marks, which whole-text normalisation would do, is quadratic, and the marks are
 * dropped anyway.
 */
final class BertCharacters {

  /** Below this code point nothing decomposes. */
  private static final int FIRST_DECOMPOSABLE = 0xC0;

  private BertCharacters() {}

  static boolean isWhitespace(int c) {
    return switch (c) {
      case ' ',
          '\t',
          '\n',
          0x0B,
          0x0C,
          '\r',
          0x85,
          0xA0,
          0x1680,
          0x2028,
          0x2029,
          0x202F,
          0x205F,
          0x3000 ->
          true;
      default -> c >= 0x2000 && c <= 0x200A;
    };
  }

  /**
   * Code points that leave no trace: NUL, the replacement character, controls, formats, private
   * use, surrogates.
   */
  static boolean isDropped(int c) {
    if (c == '\t' || c == '\n' || c == '\r') {
      return false;
    }
    if (c < 0x7F) {
      return c < 0x20;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
      default -> c == 0xFFFD;
    };
  }

  static boolean isPunctuation(int c) {
    if (c < 0x80) {
      return (c >= '!' && c <= '/')
          || (c >= ':' && c <= '@')
          || (c >= '[' && c <= '`')
          || (c >= '{' && c <= '~');
    }
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  /**
   * The blocks of ideographs that stand alone as words, as the reference implementation lists them.
   */
  static boolean isIdeograph(int c) {
    if (c < 0x3400) {
      return false;
    }
    return c <= 0x4DBF
        || (c >= 0x4E00 && c <= 0x9FFF)
        || (c >= 0xF900 && c <= 0xFAFF)
        || (c >= 0x20000 && c <= 0x2A6DF)
        || (c >= 0x2A700 && c <= 0x2B81F)
        || (c >= 0x2B920 && c <= 0x2CEAF)
        || (c >= 0x2F800 && c <= 0x2FA1F);
  }

  /** Whether {@link #decompose} may change the code point. */
  static boolean mayDecompose(int c) {
    return c >= FIRST_DECOMPOSABLE;
  }

  static String decompose(int c) {
    return Normalizer.normalize(Character.toString(c), Normalizer.Form.NFD);
  }

  static boolean isNonSpacingMark(int c) {
    return c >= 0x300 && Character.getType(c) == Character.NON_SPACING_MARK;
  }

  static int lowerCase(int c) {
    return Character.toLowerCase(c);
  }
}
