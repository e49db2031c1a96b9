package dev.fairlead.tools.eval.harness;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** How good an answer is, found out without a person or a model. */
sealed interface AnswerCheck {

  /** 0 for useless to 1 for right and in the form that was asked for. */
  double grade(String answer);

  /**
   * The check of a prompt.
   *
   * @throws IllegalArgumentException naming member and expectation
   */
  static AnswerCheck of(JsonNode node) {
    String kind = node.path("kind").asText();
    return switch (kind) {
      case "json" -> new JsonValues(values(node));
      case "contains" -> new Contains(texts(node, "all"), texts(node, "any"));
      case "number" -> new NumberAnswer(number(node, "value"));
      case "code" -> new Code(patterns(node, "all"), patterns(node, "none"));
      case "pattern" -> new Expression(texts(node, "matches"), texts(node, "rejects"));
      case "summary" ->
          new Summary((int) number(node, "words"), patterns(node, "facts"), patterns(node, "none"));
      default ->
          throw new IllegalArgumentException(
              "check.kind: "
                  + node.path("kind")
                  + " (expected: json, contains, number, code, pattern or summary)");
    };
  }

  /** Members of a JSON object; one that stands in other text is worth half. */
  record JsonValues(Map<String, JsonNode> expected) implements AnswerCheck {

    @Override
    public double grade(String answer) {
      return AnswerText.json(answer)
          .map(found -> (found.alone() ? 1 : 0.5) * share(found.object()))
          .orElse(0.0);
    }

    private double share(JsonNode object) {
      long right =
          expected.entrySet().stream()
              .filter(member -> same(object.path(member.getKey()), member.getValue()))
              .count();
      return (double) right / expected.size();
    }

    private static boolean same(JsonNode found, JsonNode wanted) {
      if (found.isNumber() && wanted.isNumber()) {
        return Math.abs(found.doubleValue() - wanted.doubleValue()) < 1e-9;
      }
      if (found.isArray() && wanted.isArray() && found.size() == wanted.size()) {
        for (int i = 0; i < found.size(); i++) {
          if (!same(found.get(i), wanted.get(i))) {
            return false;
          }
        }
        return true;
      }
      return found.equals(wanted);
    }
  }

  /** All texts of one list, and one of another; case and runs of blanks do not count. */
  record Contains(List<String> all, List<String> any) implements AnswerCheck {

    @Override
    public double grade(String answer) {
      String plain = AnswerText.plain(answer);
      boolean right =
          all.stream().allMatch(text -> plain.contains(AnswerText.plain(text)))
              && (any.isEmpty()
                  || any.stream().anyMatch(text -> plain.contains(AnswerText.plain(text))));
      return right ? 1 : 0;
    }
  }

  /** The last number of the answer. */
  record NumberAnswer(double value) implements AnswerCheck {

    private static final Pattern NUMBER = Pattern.compile("-?\\d[\\d,]*(?:\\.\\d+)?");

    @Override
    public double grade(String answer) {
      Matcher numbers = NUMBER.matcher(answer);
      String last = "";
      while (numbers.find()) {
        last = numbers.group();
      }
      return !last.isEmpty() && Math.abs(Double.parseDouble(last.replace(",", "")) - value) < 1e-6
          ? 1
          : 0;
    }
  }

  /** Parts that code must have, each counting alike, and parts that it must not have. */
  record Code(List<Pattern> all, List<Pattern> none) implements AnswerCheck {

    @Override
    public double grade(String answer) {
      return none.stream().anyMatch(part -> part.matcher(answer).find())
          ? 0
          : AnswerText.share(all, answer);
    }
  }

  /** A regular expression, tried on texts; it is right when it tells all apart. */
  record Expression(List<String> matches, List<String> rejects) implements AnswerCheck {

    @Override
    public double grade(String answer) {
      try {
        Pattern pattern = Pattern.compile(AnswerText.unwrapped(answer));
        long right =
            matches.stream().filter(text -> AnswerText.matches(pattern, text)).count()
                + rejects.stream().filter(text -> !AnswerText.matches(pattern, text)).count();
        // Whatever rejects everything, or accepts it, has understood nothing.
        double share = (double) right / (matches.size() + rejects.size());
        return Math.max(0, 2 * share - 1);
      } catch (PatternSyntaxException | IllegalStateException e) {
        return 0;
      }
    }
  }

  /** Facts that must be there, in no more than so many words; half when it is longer. */
  record Summary(int words, List<Pattern> facts, List<Pattern> none) implements AnswerCheck {

    @Override
    public double grade(String answer) {
      double share = AnswerText.share(facts, answer);
      boolean tooLong = answer.strip().split("\\s+").length > words;
      boolean forbidden = none.stream().anyMatch(part -> part.matcher(answer).find());
      return share * (tooLong ? 0.5 : 1) * (forbidden ? 0.5 : 1);
    }
  }

  private static Map<String, JsonNode> values(JsonNode node) {
    Map<String, JsonNode> values = new LinkedHashMap<>();
    node.path("values").properties().forEach(one -> values.put(one.getKey(), one.getValue()));
    if (values.isEmpty()) {
      throw new IllegalArgumentException("check.values: absent (expected: an object)");
    }
    return values;
  }

  private static double number(JsonNode node, String member) {
    if (!node.path(member).isNumber()) {
      throw new IllegalArgumentException(
          "check." + member + ": " + node.path(member) + " (expected: a number)");
    }
    return node.get(member).doubleValue();
  }

  private static List<String> texts(JsonNode node, String member) {
    List<String> texts = new ArrayList<>();
    for (JsonNode text : node.path(member)) {
      if (!text.isTextual()) {
        throw new IllegalArgumentException("check." + member + ": " + text + " (expected: texts)");
      }
      texts.add(text.textValue());
    }
    return texts;
  }

  private static List<Pattern> patterns(JsonNode node, String member) {
    List<Pattern> patterns = new ArrayList<>();
    for (String text : texts(node, member)) {
      try {
        patterns.add(Pattern.compile(text, Pattern.CASE_INSENSITIVE));
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException(
            "check." + member + ": " + text + " (expected: a regular expression)", e);
      }
    }
    return patterns;
  }
}
