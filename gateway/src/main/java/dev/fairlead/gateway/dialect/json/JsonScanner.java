package dev.fairlead.gateway.dialect.json;

import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;

/**
 * Checks that bytes are one JSON document (RFC 8259) in strict UTF-8 and notes where its values
 * lie. One pass, no recursion, no copies.
 *
 * <p>Stricter than the RFC where parsers differ: no byte order mark, no unpaired surrogate escapes,
 * no number beyond the range of a double, bounded depth and number length. Not thread-safe; one
 * scan an instance.
 */
public final class JsonScanner {

  /** Code of a body that is not well-formed. */
  public static final String INVALID_JSON = "invalid_json";

  private final byte[] body;
  private final int end;
  private final JsonLimits limits;
  private final JsonTape tape;
  private final int[] open;
  private final int[] counts;
  private final int[] names;
  private final boolean[] canonical;
  private final Beginnings beginnings;
  private final StringMarks marks;
  private int depth;

  /** Of the latest string: its flags, and what its escapes add to its length. */
  private int flags;

  private int surplus;

  /** Whether one of them could be written in another way. */
  private boolean varied;

  /** The latest object in an array that began like none before it. */
  private int unlike;

  private JsonScanner(byte[] body, JsonLimits limits) {
    this.body = body;
    this.end = body.length;
    this.limits = limits;
    this.tape = new JsonTape(body);
    this.open = new int[limits.maxDepth()];
    this.counts = new int[limits.maxDepth()];
    this.names = new int[limits.maxDepth()];
    this.canonical = new boolean[limits.maxDepth()];
    this.beginnings = new Beginnings(tape);
    this.marks = new StringMarks(body);
  }

  /** The document in {@code body}, which must not be changed afterwards. */
  public static JsonTape scan(byte[] body, JsonLimits limits) {
    if (body.length > limits.maxBodyBytes()) {
      throw new InvalidRequest(
              "body: " + body.length + " bytes (expected: at most " + limits.maxBodyBytes() + ")",
              null,
              JsonLimits.TOO_LARGE)
          .asException();
    }
    return new JsonScanner(body, limits).document();
  }

  private JsonTape document() {
    int at = space(0);
    if (at == end) {
      throw fail(at, "a JSON object", "an empty body");
    }
    if (body[0] == (byte) 0xEF && end >= 3 && body[1] == (byte) 0xBB && body[2] == (byte) 0xBF) {
      throw fail(0, "JSON without a byte order mark", "a byte order mark");
    }
    at = value(at);
    while (depth > 0) {
      int container = open[depth - 1];
      at = tape.isObject(container) ? members(container, at) : elements(container, at);
    }
    at = space(at);
    if (at != end) {
      throw fail(at, "the end of the body after one JSON document");
    }
    return tape;
  }

  /** From inside an object to past its end, or into its next container. */
  private int members(int object, int from) {
    int level = depth;
    int count = counts[level - 1];
    int at = from;
    while (depth == level) {
      at = space(at);
      if (at < end && body[at] == '}') {
        return leave(object, at, count);
      }
      if (count++ > 0) {
        at = space(expect(at, ',', "',' or '}'"));
      }
      counts[level - 1] = count;
      at = value(name(at));
    }
    return at;
  }

  /** From a member's name to its value. */
  private int name(int at) {
    if (at >= end || body[at] != '"') {
      throw fail(at, "a member's name in double quotes");
    }
    int key = tape.size();
    int after = string(at, true);
    inOrder(depth - 1, key);
    return space(expect(space(after), ':', "':'"));
  }

  private void inOrder(int level, int key) {
    int before = names[level];
    names[level] = key;
    if (before > 0 && tape.compareNames(before, key) >= 0) {
      canonical[level] = false;
    }
  }

  /** From inside an array to past its end, or into its next container. */
  private int elements(int array, int from) {
    int level = depth;
    int count = counts[level - 1];
    int at = from;
    while (depth == level) {
      at = space(at);
      if (at < end && body[at] == ']') {
        return leave(array, at, count);
      }
      if (count++ > 0) {
        at = space(expect(at, ',', "',' or ']'"));
      }
      counts[level - 1] = count;
      at = at < end && body[at] == '{' ? element(at) : value(at);
    }
    return at;
  }

  /**
   * An object in an array, which as a rule begins as one before it did: what was found then is
   * found again by comparing bytes, up to the value that differs.
   */
  private int element(int at) {
    int known = depth < open.length ? beginnings.find(at) : -1;
    if (known >= 0) {
      return begun(known, at);
    }
    int inside = enter(Kind.OBJECT, at);
    unlike = open[depth - 1];
    return inside;
  }

  /** As a rule it then has one more string and ends, and so need not be entered. */
  private int begun(int known, int at) {
    int from = at + beginnings.length(known);
    if (body[from] != '"') {
      int object = tape.size();
      enterBegun(object, beginnings.repeat(known, at), true);
      return value(from);
    }
    int quote = closing(from + 1);
    if (quote + 1 < end && body[quote + 1] == '}') {
      beginnings.repeatWith(known, at, quote + 2, !varied, surplus == 0 ? 1 : 2);
      noteString(from, quote + 1);
      canonical[depth - 1] &= !varied;
      return quote + 2;
    }
    int object = tape.size();
    enterBegun(object, beginnings.repeat(known, at), !varied);
    noteString(from, quote + 1);
    return quote + 1;
  }

  private void enterBegun(int object, int name, boolean own) {
    counts[depth] = Beginnings.MEMBERS;
    names[depth] = name;
    canonical[depth] = own;
    open[depth++] = object;
  }

  private int leave(int container, int at, int count) {
    depth--;
    tape.close(container, at + 1, count, canonical[depth]);
    if (container == unlike && count == Beginnings.MEMBERS) {
      beginnings.learn(container);
    }
    if (depth > 0) {
      canonical[depth - 1] &= canonical[depth];
    }
    return at + 1;
  }

  private int value(int at) {
    if (at >= end) {
      throw fail(at, "a value");
    }
    if (body[at] == '"') {
      return string(at, false);
    }
    return switch (body[at]) {
      case '{' -> enter(Kind.OBJECT, at);
      case '[' -> enter(Kind.ARRAY, at);
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number(at);
      case 't' -> literal(Kind.BOOLEAN, at, "true");
      case 'f' -> literal(Kind.BOOLEAN, at, "false");
      case 'n' -> literal(Kind.NULL, at, "null");
      default -> throw fail(at, "a value");
    };
  }

  private int enter(Kind kind, int at) {
    if (depth == limits.maxDepth()) {
      throw fail(at, "at most " + depth + " levels of nesting", "one level more");
    }
    counts[depth] = 0;
    names[depth] = 0;
    canonical[depth] = true;
    open[depth++] = tape.open(kind, at);
    return at + 1;
  }

  private int literal(Kind kind, int at, String word) {
    int to = at + word.length();
    for (int i = at; i < to; i++) {
      if (i >= end || body[i] != word.charAt(i - at)) {
        throw fail(at, "a value");
      }
    }
    tape.scalar(kind, at, to);
    return to;
  }

  private int string(int from, boolean key) {
    int quote = closing(from + 1);
    if (varied || surplus > 0 && key) {
      notCanonical();
    }
    if (key) {
      tape.string(flags, from, quote + 1);
    } else {
      noteString(from, quote + 1);
    }
    return quote + 1;
  }

  private void noteString(int from, int to) {
    if (surplus == 0) {
      tape.string(flags, from, to);
    } else {
      tape.escaped(flags, from, to, surplus, varied);
    }
  }

  /** The quote that ends a string; what is to be known of it is noted beside. */
  private int closing(int from) {
    flags = 0;
    surplus = 0;
    varied = false;
    int at = marks.next(from);
    while (at < end && body[at] != '"') {
      at = marks.next(unplain(at));
    }
    if (at >= end) {
      throw fail(at, "the closing quote of a string");
    }
    return at;
  }

  private int unplain(int at) {
    if (body[at] == '\\') {
      int next = escape(at);
      flags |= JsonTape.ESCAPED;
      varied |= Escapes.isVaried(body[at + 1]);
      surplus += next - at - 1;
      return next;
    }
    if (body[at] < 0) {
      flags |= JsonTape.NON_ASCII;
      return utf8(at);
    }
    throw fail(at, "control characters in strings to be escaped");
  }

  private int escape(int at) {
    if (at + 1 >= end) {
      throw fail(at, "an escape sequence");
    }
    if (body[at + 1] == 'u') {
      return unicodeEscape(at);
    }
    if (Escapes.simple(body[at + 1]) == 0) {
      throw fail(at, "an escape sequence of JSON");
    }
    return at + 2;
  }

  private int unicodeEscape(int at) {
    char unit = unit(at);
    if (Character.isLowSurrogate(unit)) {
      throw fail(at, "surrogates in pairs");
    }
    if (!Character.isHighSurrogate(unit)) {
      return at + 6;
    }
    int second = at + 6;
    boolean escape = second + 1 < end && body[second] == '\\' && body[second + 1] == 'u';
    if (!escape || !Character.isLowSurrogate(unit(second))) {
      throw fail(at, "surrogates in pairs");
    }
    return second + 6;
  }

  private char unit(int at) {
    int value = at + 6 <= end ? Escapes.hex4(body, at + 2) : -1;
    if (value < 0) {
      throw fail(at, "four hexadecimal digits after \\u");
    }
    return (char) value;
  }

  private int utf8(int from) {
    int at = Utf8.end(body, from, end);
    if (at < end && body[at] < 0) {
      throw fail(
          at,
          "valid UTF-8",
          "a sequence that begins with byte 0x" + Integer.toHexString(body[at] & 0xFF));
    }
    return at;
  }

  private int number(int start) {
    int at = start + (body[start] == '-' ? 1 : 0);
    int integer = at;
    at = digits(at);
    if (at == integer || body[integer] == '0' && at > integer + 1) {
      throw fail(start, "a number without leading zeros");
    }
    boolean plain = true;
    if (at < end && body[at] == '.') {
      plain = false;
      int fraction = at + 1;
      at = digits(fraction);
      if (at == fraction) {
        throw fail(start, "a digit after the decimal point");
      }
    }
    if (at < end && (body[at] | 0x20) == 'e') {
      plain = false;
      at += at + 1 < end && (body[at + 1] == '+' || body[at + 1] == '-') ? 2 : 1;
      int exponent = at;
      at = digits(exponent);
      if (at == exponent) {
        throw fail(start, "a digit in the exponent");
      }
    }
    return numberEnd(start, at, plain);
  }

  private int numberEnd(int start, int to, boolean plain) {
    if (to - start > limits.maxNumberLength()) {
      throw fail(
          start,
          "numbers of at most " + limits.maxNumberLength() + " characters",
          "a longer number");
    }
    if ((!plain || to - start > DecimalForm.SAFE_INTEGER_LENGTH)
        && !DecimalForm.of(body, start, to).inRange()) {
      throw fail(start, "numbers in the range of a double", tape.sample(start, to));
    }
    if (!plain || !DecimalForm.isCanonical(body, start, to)) {
      notCanonical();
    }
    tape.scalar(Kind.NUMBER, start, to);
    return to;
  }

  private int digits(int from) {
    int at = from;
    while (at < end && body[at] >= '0' && body[at] <= '9') {
      at++;
    }
    return at;
  }

  private int space(int from) {
    if (from >= end || body[from] > ' ') {
      return from;
    }
    int at = from;
    while (at < end && isSpace(body[at])) {
      at++;
    }
    if (at > from) {
      notCanonical();
    }
    return at;
  }

  private void notCanonical() {
    if (depth > 0) {
      canonical[depth - 1] = false;
    }
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  private int expect(int at, char wanted, String words) {
    if (at >= end || body[at] != wanted) {
      throw fail(at, words);
    }
    return at + 1;
  }

  private FailureException fail(int at, String expected) {
    return fail(
        at,
        expected,
        at >= end ? "the end of the body" : "'" + tape.sample(at, Math.min(end, at + 16)) + "'");
  }

  private FailureException fail(int at, String expected, String found) {
    String path = tape.size() == 0 ? "" : tape.pathOf(tape.size());
    String message =
        "body is not valid JSON at byte " + at + ": " + found + " (expected: " + expected + ")";
    return new InvalidRequest(message, path.isEmpty() ? null : path, INVALID_JSON).asException();
  }
}
