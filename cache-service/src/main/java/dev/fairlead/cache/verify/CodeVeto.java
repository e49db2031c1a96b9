package dev.fairlead.cache.verify;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every piece of code in one text is in the other: quoted spans, identifiers, options, comparison
 * operators.
 */
final class CodeVeto implements Veto {

  private static final Pattern CODE =
      Pattern.compile(
          "`[^`\\n]{1,500}`"
              + "|[A-Za-z_][A-Za-z0-9]*+(?:(?:[_.]|::|->)[A-Za-z0-9]++){1,16}(?:\\(\\))?"
              + "|[a-z][a-z0-9]*[A-Z][A-Za-z0-9]*"
              + "|\\b[A-Za-z_][A-Za-z0-9_]*\\(\\)"
              + "|(?<!\\S)--?[a-z][A-Za-z0-9-]*"
              + "|[=!<>]=|&&|\\|\\||[<>]");

  @Override
  public Kind kind() {
    return Kind.CODE;
  }

  @Override
  public boolean refuses(Phrase a, Phrase b) {
    return !contained(a, b) || !contained(b, a);
  }

  private static boolean contained(Phrase a, Phrase b) {
    String other = b.text().toLowerCase(Locale.ROOT);
    Matcher matcher = CODE.matcher(a.text());
    while (matcher.find()) {
      String code = matcher.group().toLowerCase(Locale.ROOT).replace("`", "");
      if (!other.contains(code)) {
        return false;
      }
    }
    return true;
  }
}
