package dev.fairlead.gateway.quality;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether two answers contradict each other in what their vectors hardly show: numbers, names, yes
 * and no, negation. Pure; takes microseconds. Different is said rather once too often than once too
 * rarely: the quality that comes of it is a lower bound.
 */
final class FactCheck {

  /** Up to here, in words, every number of an answer is part of what it says. */
  private static final int SHORT_WORDS = 32;

  /** Up to here one negation turns the whole answer round. */
  private static final int ONE_STATEMENT_WORDS = 16;

  /** Longer texts are looked at up to here. */
  private static final int MOST_CHARACTERS = 20_000;

  private static final int MOST_NUMBERS = 200;
  private static final double MOSTLY = 0.8;

  // Thousands have commas; a list's own numbers (1. 2. 3.) say nothing.
  private static final Pattern LIST_NUMBER = Pattern.compile("(?m)^\\s{0,8}\\d{1,3}[.)]\\s");
  private static final Pattern WORD = Pattern.compile("\\p{L}[\\p{L}\\p{M}'\u2019]{0,60}");
  private static final Pattern NUMBER_OR_WORD =
      Pattern.compile("\\d{1,30}(?:,\\d{3}){0,8}(?:\\.\\d{1,30})?|" + WORD.pattern());
  private static final String SENTENCE_ENDS = ".!?:\n\"*#-";

  private static final Map<String, Integer> NUMBER_WORDS =
      Map.ofEntries(
          Map.entry("zero", 0),
          Map.entry("two", 2),
          Map.entry("three", 3),
          Map.entry("four", 4),
          Map.entry("five", 5),
          Map.entry("six", 6),
          Map.entry("seven", 7),
          Map.entry("eight", 8),
          Map.entry("nine", 9),
          Map.entry("ten", 10),
          Map.entry("eleven", 11),
          Map.entry("twelve", 12));
  private static final Set<String> NEGATIONS =
      Set.of("no", "not", "never", "none", "neither", "nor", "nothing", "cannot", "without");
  private static final Set<String> AFFIRMED = Set.of("yes", "true", "correct");
  private static final Set<String> DENIED = Set.of("no", "false", "incorrect");

  private FactCheck() {}

  /** What contradicts, in one word, or nothing. */
  static Optional<String> contradiction(ReferenceJudge.Pair pair) {
    Said answer = Said.of(pair.answer());
    Said reference = Said.of(pair.reference());
    int words = Math.max(answer.words().size(), reference.words().size());
    if (verdict(answer) * verdict(reference) < 0) {
      return Optional.of("verdict");
    }
    if (words <= ONE_STATEMENT_WORDS && answer.negated() != reference.negated()) {
      return Optional.of("negation");
    }
    Said question = Said.of(pair.question());
    if (!numbersAgree(answer.numbers(), reference.numbers(), question.numbers(), words)) {
      return Optional.of("number");
    }
    if (words <= SHORT_WORDS
        && apart(less(answer.names(), question), less(reference.names(), question))) {
      return Optional.of("name");
    }
    return Optional.empty();
  }

  /** 1 for an answer that begins with yes, -1 for one that begins with no, else 0. */
  private static int verdict(Said said) {
    String first = said.words().isEmpty() ? "" : said.words().getFirst();
    return AFFIRMED.contains(first) ? 1 : DENIED.contains(first) ? -1 : 0;
  }

  /**
   * Numbers of the question are what an answer talks about; the others are what it claims. A short
   * answer must not claim others than the reference; a longer one may get there another way, but
   * should arrive at the same last number, or name mostly the same ones.
   */
  private static boolean numbersAgree(
      List<BigDecimal> answer, List<BigDecimal> reference, List<BigDecimal> question, int words) {
    List<BigDecimal> claimed = without(answer, question);
    List<BigDecimal> right = without(reference, question);
    boolean claims = !claimed.isEmpty() && !right.isEmpty();
    if (words <= SHORT_WORDS) {
      return claims ? overlap(claimed, right) == 1 : overlap(answer, reference) == 1;
    }
    return !claims || same(claimed.getLast(), right.getLast()) || overlap(claimed, right) >= MOSTLY;
  }

  /** Share of the smaller set that the other one has too; 1 when one is empty. */
  private static double overlap(List<BigDecimal> one, List<BigDecimal> other) {
    List<BigDecimal> few = one.size() <= other.size() ? one : other;
    List<BigDecimal> many = few == one ? other : one;
    long shared = few.stream().filter(number -> contains(many, number)).count();
    return few.isEmpty() ? 1 : (double) shared / few.size();
  }

  private static List<BigDecimal> without(List<BigDecimal> numbers, List<BigDecimal> known) {
    return numbers.stream().filter(number -> !contains(known, number)).toList();
  }

  private static boolean contains(List<BigDecimal> numbers, BigDecimal wanted) {
    return numbers.stream().anyMatch(number -> same(number, wanted));
  }

  /** Equal, or one is the other rounded to its decimals; 1989 is not 1990. */
  private static boolean same(BigDecimal one, BigDecimal other) {
    int decimals = Math.min(one.scale(), other.scale());
    return one.compareTo(other) == 0
        || decimals > 0
            && one.setScale(decimals, RoundingMode.HALF_UP)
                    .compareTo(other.setScale(decimals, RoundingMode.HALF_UP))
                == 0;
  }

  private static Set<String> less(Set<String> names, Said question) {
    Set<String> rest = new HashSet<>(names);
    question.words().forEach(rest::remove);
    return rest;
  }

  private static boolean apart(Set<String> one, Set<String> other) {
    return !one.isEmpty() && !other.isEmpty() && one.stream().noneMatch(other::contains);
  }

  /**
   * A text as facts.
   *
   * @param words lower case, without numbers in digits
   * @param names words with a capital inside a sentence, lower case
   */
  private record Said(List<String> words, Set<String> names, List<BigDecimal> numbers) {

    static Said of(String whole) {
      String text = whole.substring(0, Math.min(whole.length(), MOST_CHARACTERS));
      List<String> words = new ArrayList<>();
      Set<String> names = new HashSet<>();
      Matcher matcher = WORD.matcher(text);
      while (matcher.find()) {
        String word = matcher.group().toLowerCase(Locale.ROOT).replace('\u2019', '\'');
        if (Character.isUpperCase(text.charAt(matcher.start()))
            && word.length() > 1
            && insideSentence(text, matcher.start())) {
          names.add(word);
        }
        words.add(word);
      }
      return new Said(words, names, numbersOf(text));
    }

    private static boolean insideSentence(String text, int start) {
      int before = start - 1;
      while (before >= 0 && text.charAt(before) == ' ') {
        before--;
      }
      return before >= 0 && SENTENCE_ENDS.indexOf(text.charAt(before)) < 0;
    }

    private static List<BigDecimal> numbersOf(String text) {
      List<BigDecimal> numbers = new ArrayList<>();
      String plain = LIST_NUMBER.matcher(text).replaceAll(" ");
      Matcher matcher = NUMBER_OR_WORD.matcher(plain);
      while (matcher.find() && numbers.size() < MOST_NUMBERS) {
        String found = matcher.group();
        if (Character.isDigit(found.charAt(0))) {
          numbers.add(new BigDecimal(found.replace(",", "")));
        } else {
          Integer spelled = NUMBER_WORDS.get(found.toLowerCase(Locale.ROOT));
          if (spelled != null) {
            numbers.add(BigDecimal.valueOf(spelled));
          }
        }
      }
      return numbers;
    }

    boolean negated() {
      return words.stream().anyMatch(word -> NEGATIONS.contains(word) || word.endsWith("n't"));
    }
  }
}
