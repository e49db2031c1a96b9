package dev.fairlead.cache.verify;

import java.util.regex.Pattern;

/** Numbers in digits, written one way. */
final class Numerals {

  private static final Pattern THOUSANDS = Pattern.compile("\\d{1,3}(?:,\\d{3}){1,8}(?:\\.\\d+)?");
  private static final Pattern TRAILING = Pattern.compile("\\.?0+$");
  private static final Pattern WHOLE = Pattern.compile("\\.0+$");
  private static final String CURRENCIES = "$\u20ac\u00a3\u00a5\u20b9";
  private static final String MINUS = "-\u2212";

  private Numerals() {}

  /**
   * A number with its sign: ASCII digits, without thousands separators and trailing zeros, with a
   * zero in front of a leading point.
   *
   * @param token what was found at {@code start} of {@code text}
   * @param named whether a name is in front of it: version 3.10 is not 3.1, but 3.0 is 3; below 1
   *     it is an amount
   */
  static String of(String text, int start, String token, boolean named) {
    String digits = ascii(token);
    String plain = THOUSANDS.matcher(digits).matches() ? digits.replace(",", "") : digits;
    boolean decimal = plain.indexOf('.') >= 0 && plain.indexOf('.') == plain.lastIndexOf('.');
    Pattern zeros = named && plain.charAt(0) > '0' ? WHOLE : TRAILING;
    String value = decimal ? zeros.matcher(plain).replaceFirst("") : plain;
    String whole = value.startsWith(".") ? "0" + value : value.isEmpty() ? "0" : value;
    return (negative(text, start) ? "-" : "") + whole;
  }

  /** Whether what ends before {@code at} can be calculated with: a number or a closed bracket. */
  static boolean behindOperand(String text, int at) {
    int i = at - 1;
    while (i >= 0 && (text.charAt(i) == ' ' || text.charAt(i) == '\t')) {
      i--;
    }
    return i >= 0 && (numeric(text.charAt(i)) || text.charAt(i) == ')' || text.charAt(i) == ']');
  }

  /** A digit of any script, or a number in one character such as a superscript. */
  static boolean numeric(char c) {
    return Character.isDigit(c) || Character.getType(c) == Character.OTHER_NUMBER;
  }

  /** A minus belongs to the number unless a word or an operand ends in front of it. */
  private static boolean negative(String text, int start) {
    int at = start - 1;
    if (at >= 0 && CURRENCIES.indexOf(text.charAt(at)) >= 0) {
      at--;
    }
    if (at < 0 || MINUS.indexOf(text.charAt(at)) < 0 || behindOperand(text, at)) {
      return false;
    }
    return at == 0
        || (!Character.isLetter(text.charAt(at - 1)) && MINUS.indexOf(text.charAt(at - 1)) < 0);
  }

  private static String ascii(String token) {
    StringBuilder ascii = new StringBuilder(token.length());
    token
        .codePoints()
        .map(c -> Character.isDigit(c) ? '0' + Character.digit(c, 10) : c)
        .forEach(ascii::appendCodePoint);
    return ascii.toString();
  }
}
