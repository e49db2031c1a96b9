package dev.fairlead.gateway.dialect.json;

import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;

/**
 * Typed reads of a scanned document; a value of another type or range is refused with its path.
 * Stateless.
 */
public final class JsonExpect {

  /** Code of a value of the wrong type. */
  public static final String INVALID_TYPE = "invalid_type";

  /** Code of a value of the right type that is not allowed. */
  public static final String INVALID_VALUE = "invalid_value";

  /** Code of a member that must be there. */
  public static final String MISSING = "missing_required_parameter";

  private JsonExpect() {}

  /** Whether there is a value other than null. */
  public static boolean isPresent(JsonTape tape, int node) {
    return node >= 0 && tape.kind(node) != Kind.NULL;
  }

  /** Refuses a node of another kind. */
  public static void kind(JsonTape tape, int node, Kind kind) {
    if (tape.kind(node) != kind) {
      throw wrongType(tape, node, kind.words());
    }
  }

  /** The text of a string. */
  public static String string(JsonTape tape, int node) {
    kind(tape, node, Kind.STRING);
    return tape.text(node);
  }

  /** A boolean. */
  public static boolean bool(JsonTape tape, int node) {
    kind(tape, node, Kind.BOOLEAN);
    return tape.body()[tape.start(node)] == 't';
  }

  /** An integer between two bounds, both included; {@code 1.0} is one. */
  public static long integer(JsonTape tape, int node, long low, long high) {
    kind(tape, node, Kind.NUMBER);
    BigDecimal value = decimal(tape, node);
    if (value.compareTo(BigDecimal.valueOf(low)) < 0
        || value.compareTo(BigDecimal.valueOf(high)) > 0
        || value.stripTrailingZeros().scale() > 0) {
      throw wrongValue(tape, node, "an integer in " + low + ".." + high);
    }
    return value.longValueExact();
  }

  /** A number between two bounds, both included. */
  public static double number(JsonTape tape, int node, double low, double high) {
    kind(tape, node, Kind.NUMBER);
    double value = decimal(tape, node).doubleValue();
    if (!(value >= low && value <= high)) {
      throw wrongValue(tape, node, "a number in " + plain(low) + ".." + plain(high));
    }
    return value;
  }

  /** The exact value of a number; its length and exponent have been bounded by the scan. */
  public static BigDecimal decimal(JsonTape tape, int node) {
    int start = tape.start(node);
    BigDecimal value =
        parsed(new String(tape.body(), start, tape.end(node) - start, StandardCharsets.ISO_8859_1));
    return value.signum() == 0 ? BigDecimal.ZERO : value;
  }

  /** A zero may carry an exponent that BigDecimal cannot hold; every other exponent is small. */
  private static BigDecimal parsed(String text) {
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      return BigDecimal.ZERO;
    }
  }

  private static String plain(double bound) {
    return BigDecimal.valueOf(bound)
        .setScale(6, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }

  /** The failure for a value of the wrong type. */
  public static FailureException wrongType(JsonTape tape, int node, String expected) {
    return refused(tape, node, INVALID_TYPE, expected);
  }

  /** The failure for a value that is not allowed. */
  public static FailureException wrongValue(JsonTape tape, int node, String expected) {
    return refused(tape, node, INVALID_VALUE, expected);
  }

  /** The failure for a member of {@code object} that must be there. */
  public static FailureException missing(JsonTape tape, int object, String name, String expected) {
    String parent = tape.pathOf(object);
    String path = parent.isEmpty() ? name : parent + "." + name;
    return new InvalidRequest(path + ": missing (expected: " + expected + ")", path, MISSING)
        .asException();
  }

  private static FailureException refused(JsonTape tape, int node, String code, String expected) {
    String path = tape.pathOf(node);
    String message =
        (path.isEmpty() ? "body" : path)
            + ": "
            + tape.sample(node)
            + " (expected: "
            + expected
            + ")";
    return new InvalidRequest(message, path.isEmpty() ? null : path, code).asException();
  }
}
