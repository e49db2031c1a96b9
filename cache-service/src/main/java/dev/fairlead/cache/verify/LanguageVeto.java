package dev.fairlead.cache.verify;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The same script, and the same natural and programming languages named. */
final class LanguageVeto implements Veto {

  private static final Set<String> LANGUAGES =
      Set.of(
          "english",
          "french",
          "german",
          "spanish",
          "italian",
          "portuguese",
          "dutch",
          "swedish",
          "norwegian",
          "danish",
          "finnish",
          "polish",
          "czech",
          "russian",
          "ukrainian",
          "greek",
          "turkish",
          "arabic",
          "hebrew",
          "hindi",
          "bengali",
          "tamil",
          "urdu",
          "persian",
          "chinese",
          "mandarin",
          "cantonese",
          "japanese",
          "korean",
          "thai",
          "vietnamese",
          "indonesian",
          "latin",
          "hungarian",
          "romanian",
          "python",
          "java",
          "javascript",
          "typescript",
          "kotlin",
          "scala",
          "rust",
          "golang",
          "ruby",
          "php",
          "perl",
          "swift",
          "haskell",
          "erlang",
          "elixir",
          "clojure",
          "fortran",
          "cobol",
          "matlab",
          "julia",
          "bash",
          "powershell",
          "sql",
          "mysql",
          "postgresql",
          "postgres",
          "sqlite",
          "mongodb",
          "html",
          "css",
          "xml",
          "json",
          "yaml",
          "csv",
          "markdown",
          "pytorch",
          "tensorflow",
          "react",
          "angular",
          "vue",
          "lua");
  private static final Pattern SHORT_NAMES =
      Pattern.compile("(?<![\\w+#])(?:C\\+\\+|C#|F#|Go|R|C)(?![\\w+#])");

  @Override
  public Kind kind() {
    return Kind.LANGUAGE;
  }

  @Override
  public boolean refuses(Phrase a, Phrase b) {
    return script(a) != script(b)
        || !languages(a).equals(languages(b))
        || !shortNamesIn(a, b)
        || !shortNamesIn(b, a);
  }

  private static Set<String> languages(Phrase phrase) {
    return phrase.words().stream().filter(LANGUAGES::contains).collect(Collectors.toSet());
  }

  /**
   * Names of a letter or two are only told from words by their capital; {@code b} may have none.
   */
  private static boolean shortNamesIn(Phrase a, Phrase b) {
    Matcher matcher = SHORT_NAMES.matcher(a.text());
    return matcher.results().map(MatchResult::group).allMatch(name -> occurs(name, b.text()));
  }

  private static boolean occurs(String name, String text) {
    Pattern sameWord =
        Pattern.compile(
            "(?<![\\w+#])" + Pattern.quote(name) + "(?![\\w+#])", Pattern.CASE_INSENSITIVE);
    return sameWord.matcher(text).find();
  }

  /** The script of most letters. */
  private static Character.UnicodeScript script(Phrase phrase) {
    Map<Character.UnicodeScript, Integer> counts = new EnumMap<>(Character.UnicodeScript.class);
    phrase
        .text()
        .codePoints()
        .filter(Character::isLetter)
        .forEach(c -> counts.merge(Character.UnicodeScript.of(c), 1, Integer::sum));
    return counts.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(Character.UnicodeScript.COMMON);
  }
}
