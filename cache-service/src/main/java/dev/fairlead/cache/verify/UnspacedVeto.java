package dev.fairlead.cache.verify;

import java.text.Normalizer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The same text in scripts that put no spaces between words. Their words cannot be told apart here,
 * so one that differs could be any: punctuation and spacing may change, nothing else.
 */
final class UnspacedVeto implements Veto {

  private static final Pattern UNSPACED =
      Pattern.compile(
          "[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsBopomofo}\\p{IsThai}\\p{IsLao}"
              + "\\p{IsKhmer}\\p{IsMyanmar}\\p{IsTibetan}\u30fc&&[\\p{L}\\p{M}\\p{N}]]+");

  @Override
  public Kind kind() {
    return Kind.UNSPACED;
  }

  @Override
  public boolean refuses(Phrase a, Phrase b) {
    return !unspaced(a).equals(unspaced(b));
  }

  private static String unspaced(Phrase phrase) {
    StringBuilder letters = new StringBuilder();
    Matcher matcher = UNSPACED.matcher(Normalizer.normalize(phrase.text(), Normalizer.Form.NFKC));
    while (matcher.find()) {
      letters.append(matcher.group());
    }
    return letters.toString();
  }
}
