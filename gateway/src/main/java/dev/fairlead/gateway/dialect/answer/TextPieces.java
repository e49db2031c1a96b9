package dev.fairlead.gateway.dialect.answer;

import java.util.ArrayList;
import java.util.List;

/** A text cut for telling it again as a stream. Stateless. */
public final class TextPieces {

  private TextPieces() {}

  /**
   * The pieces, in order; none for an empty text.
   *
   * @param characters about how many UTF-16 units a piece has, at least 1; a surrogate pair is
   *     never cut
   */
  public static List<String> of(String text, int characters) {
    List<String> pieces = new ArrayList<>(text.length() / characters + 1);
    int from = 0;
    while (from < text.length()) {
      int to = end(text, from, characters);
      pieces.add(text.substring(from, to));
      from = to;
    }
    return pieces;
  }

  private static int end(String text, int from, int characters) {
    if (text.length() - from <= characters) {
      return text.length();
    }
    int to = from + characters;
    return Character.isHighSurrogate(text.charAt(to - 1))
            && Character.isLowSurrogate(text.charAt(to))
        ? to + 1
        : to;
  }
}
