package dev.fairlead.gateway.edge;

import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.json.JsonExpect;
import dev.fairlead.gateway.dialect.json.JsonScanner;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import dev.fairlead.gateway.dialect.json.Required;
import dev.fairlead.gateway.dialect.json.TopLevel;
import java.util.Set;

/**
 * The body of {@code /v1/feedback}.
 *
 * @param quality 0 to 1
 * @param correct whether the answer was right for the request
 */
record FeedbackBody(String requestId, double quality, boolean correct) {

  private static final Set<String> KNOWN = Set.of("request_id", "rating", "correct", "comment");
  private static final String EXPECTED = "up, down, true, false, or a number in 1..5";
  private static final int LONGEST_COMMENT = 10_000;

  static FeedbackBody read(byte[] body) {
    JsonTape tape = JsonScanner.scan(body, ScanLimits.DEFAULT.json());
    TopLevel members = TopLevel.of(tape, KNOWN);
    for (int i = 0; i < members.count(); i++) {
      if (!KNOWN.contains(members.name(i))) {
        throw JsonExpect.wrongValue(
            tape, members.value(i), "request_id, rating, correct and comment only");
      }
    }
    int root = tape.root();
    String requestId = Required.string(tape, root, "request_id");
    int rating = tape.member(root, "rating");
    int correct = tape.member(root, "correct");
    int comment = tape.member(root, "comment");
    if (JsonExpect.isPresent(tape, comment)) {
      JsonExpect.kind(tape, comment, Kind.STRING);
      if (tape.characters(comment) > LONGEST_COMMENT) {
        throw JsonExpect.wrongValue(tape, comment, "at most " + LONGEST_COMMENT + " characters");
      }
    }
    if (!JsonExpect.isPresent(tape, rating)) {
      if (!JsonExpect.isPresent(tape, correct)) {
        throw JsonExpect.missing(tape, root, "rating", EXPECTED);
      }
      boolean right = JsonExpect.bool(tape, correct);
      return new FeedbackBody(requestId, right ? 1 : 0, right);
    }
    double quality = quality(tape, rating);
    boolean right =
        JsonExpect.isPresent(tape, correct) ? JsonExpect.bool(tape, correct) : quality >= 0.5;
    return new FeedbackBody(requestId, quality, right);
  }

  private static double quality(JsonTape tape, int rating) {
    return switch (tape.kind(rating)) {
      case BOOLEAN -> JsonExpect.bool(tape, rating) ? 1 : 0;
      case NUMBER -> (JsonExpect.number(tape, rating, 1, 5) - 1) / 4;
      case STRING ->
          switch (tape.text(rating)) {
            case "up" -> 1;
            case "down" -> 0;
            default -> throw JsonExpect.wrongValue(tape, rating, EXPECTED);
          };
      default -> throw JsonExpect.wrongType(tape, rating, EXPECTED);
    };
  }
}
