package dev.fairlead.cache.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The same symbols in the same order: operators between what is calculated with, other mathematical
 * signs, superscripts, emoji. Hyphens and slashes between words are spelling and do not count.
 */
final class SymbolVeto implements Veto {

  // Marks of ownership and `about` change no meaning; degrees and currencies in use are units.
  private static final Pattern SYMBOL =
      Pattern.compile(
          "(?<sign>[\\p{Sm}\\p{So}\\p{No}\\p{Sc}^"
              + "&&[^\u2212~\uff5e\u00b0\u00a9\u00ae\u2122\u2120$\u20ac\u00a3\u00a5\u20b9]])"
              + "|(?<star>\\*{1,2})"
              + "|(?<operator>[/\u2212\u2013\u2014-]"
              + "|(?<!\\p{L})(?:plus|minus|times|by|x)(?!\\p{L}))",
          Pattern.CASE_INSENSITIVE);
  private static final Map<String, String> CANONICAL =
      Map.of(
          "\u2212", "-", "\u2013", "-", "\u2014", "-", "minus", "-", "plus", "+", "times", "*",
          "by", "*", "x", "*", "\u00d7", "*", "\u00f7", "/");

  @Override
  public Kind kind() {
    return Kind.SYMBOL;
  }

  @Override
  public boolean refuses(Phrase a, Phrase b) {
    return !symbols(a.text()).equals(symbols(b.text()));
  }

  private static List<String> symbols(String text) {
    List<String> symbols = new ArrayList<>();
    Matcher matcher = SYMBOL.matcher(text);
    while (matcher.find()) {
      boolean letters = matcher.group("star") != null || setApart(text, matcher);
      if (matcher.group("sign") != null
          || (operandBefore(text, matcher.start(), letters)
              && operandFrom(text, matcher.end(), letters))) {
        String symbol = matcher.group().toLowerCase(Locale.ROOT);
        symbols.add(CANONICAL.getOrDefault(symbol, symbol));
      }
    }
    return symbols;
  }

  /** {@code x - y} is calculated; {@code a/b test}, {@code x by y} and {@code a - no} are not. */
  private static boolean setApart(String text, Matcher matcher) {
    return "/-\u2212".contains(matcher.group())
        && matcher.start() > 0
        && text.charAt(matcher.start() - 1) == ' '
        && matcher.end() < text.length()
        && text.charAt(matcher.end()) == ' ';
  }

  private static boolean operandBefore(String text, int at, boolean letters) {
    if (Numerals.behindOperand(text, at)) {
      return true;
    }
    int i = at - 1;
    while (i >= 0 && text.charAt(i) == ' ') {
      i--;
    }
    return letters && variable(text, i);
  }

  private static boolean operandFrom(String text, int at, boolean letters) {
    int i = at;
    while (i < text.length() && " -\u2212.".indexOf(text.charAt(i)) >= 0) {
      i++;
    }
    if (i == text.length()) {
      return false;
    }
    char c = text.charAt(i);
    return Numerals.numeric(c) || c == '(' || c == '[' || (letters && variable(text, i));
  }

  /** Whether a letter stands there by itself. */
  private static boolean variable(String text, int at) {
    return at >= 0
        && Character.isLetter(text.charAt(at))
        && (at == 0 || !Character.isLetter(text.charAt(at - 1)))
        && (at + 1 == text.length() || !Character.isLetter(text.charAt(at + 1)));
  }
}
