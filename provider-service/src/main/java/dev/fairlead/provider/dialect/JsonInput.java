package dev.fairlead.provider.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A request's JSON, read from front to back. It knows where it is, so that a complaint names the
 * member; and it keeps the paths of what is dropped on the way. Members that are null count as
 * absent. Not thread-safe.
 */
final class JsonInput {

  private static final JsonFactory JSON = new JsonFactory();

  /** More would only make the report unreadable. */
  private static final int MOST_DROPPED = 32;

  /** Strings that are names of something, and not a part of the conversation. */
  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_.:-]{1,40}");

  private final byte[] body;
  private final JsonParser parser;
  private final List<String> dropped = new ArrayList<>(4);

  private JsonInput(byte[] body) throws IOException {
    this.body = body;
    this.parser = JSON.createParser(body);
  }

  /** Reads a body, which must be one JSON object. */
  interface Reader {
    void read(JsonInput in) throws IOException;
  }

  /** Lets {@code reader} read the members; returns the paths of what it dropped. */
  static List<String> read(byte[] body, Reader reader) {
    try {
      JsonInput in = new JsonInput(body);
      try (JsonParser closed = in.parser) {
        closed.nextToken();
        in.object();
        reader.read(in);
      }
      return in.dropped;
    } catch (JsonProcessingException e) {
      throw Failure.InvalidRequest.of("body", "the body is not valid JSON").asException();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Requires an object here; {@link #member} then goes through it. */
  void object() {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw wrong("an object");
    }
  }

  /** Requires an array here; {@link #element} then goes through it. */
  void array() {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw wrong("an array");
    }
  }

  /** Goes to the next member's value; false at the end of the object. */
  boolean member() throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      if (parser.nextToken() != JsonToken.VALUE_NULL) {
        return true;
      }
    }
    return false;
  }

  /** Goes to the next element; false at the end of the array. */
  boolean element() throws IOException {
    return parser.nextToken() != JsonToken.END_ARRAY;
  }

  /** The current member's name. */
  String name() throws IOException {
    return parser.currentName();
  }

  boolean isString() {
    return parser.currentToken() == JsonToken.VALUE_STRING;
  }

  boolean isArray() {
    return parser.currentToken() == JsonToken.START_ARRAY;
  }

  boolean isObject() {
    return parser.currentToken() == JsonToken.START_OBJECT;
  }

  String string() throws IOException {
    if (!isString()) {
      throw wrong("a string");
    }
    return parser.getText();
  }

  boolean bool() throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw wrong("true or false");
    };
  }

  double number() throws IOException {
    if (!parser.currentToken().isNumeric()) {
      throw wrong("a number");
    }
    return parser.getDoubleValue();
  }

  /** An integer of 64 bits; 1.0 and 1e3 are integers too. */
  long integer() throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      return parser.getLongValue();
    }
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
      double value = parser.getDoubleValue();
      if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
        return (long) value;
      }
    }
    throw wrong("an integer");
  }

  int positive() throws IOException {
    long value = integer();
    if (value < 1 || value > Integer.MAX_VALUE) {
      throw wrong("an integer of 1 or more");
    }
    return (int) value;
  }

  /** One string or an array of them. */
  void strings(java.util.function.Consumer<String> each) throws IOException {
    if (isString()) {
      each.accept(parser.getText());
      return;
    }
    array();
    while (element()) {
      each.accept(string());
    }
  }

  /** The current value exactly as it is written. */
  String raw() throws IOException {
    int start = (int) parser.currentTokenLocation().getByteOffset();
    if (parser.currentToken().isStructStart()) {
      parser.skipChildren();
    } else {
      parser.finishToken();
    }
    int end = (int) parser.currentLocation().getByteOffset();
    return new String(body, start, end - start, UTF_8).strip();
  }

  /** As {@link #raw}, and it must be an object. */
  String rawObject() throws IOException {
    object();
    return raw();
  }

  /** Passes over a value that needs no place in the contract. */
  void skip() throws IOException {
    parser.skipChildren();
  }

  /** Passes over a value that the contract has no place for, and remembers that. */
  void drop() throws IOException {
    if (dropped.size() < MOST_DROPPED) {
      dropped.add(path());
    }
    parser.skipChildren();
  }

  /** Complains about the current value. */
  FailureException wrong(String expected) {
    return refused(path(), shown() + " (expected: " + expected + ")");
  }

  /** Complains that the current value cannot be translated. */
  FailureException inexpressible(String why) {
    return refused(path(), "cannot be translated for this model: " + why);
  }

  /** Complains that a member of the current object is absent. */
  FailureException missing(String member) {
    String here = path();
    return refused(here.isEmpty() ? member : here + "." + member, "missing");
  }

  private static FailureException refused(String path, String what) {
    return Failure.InvalidRequest.of(path, path + ": " + what).asException();
  }

  private String shown() {
    try {
      return switch (parser.currentToken()) {
        case START_OBJECT -> "an object";
        case START_ARRAY -> "an array";
        case VALUE_STRING -> {
          String text = parser.getText();
          yield LABEL.matcher(text).matches() ? text : "a string";
        }
        case null -> "nothing";
        default -> parser.getText();
      };
    } catch (IOException e) {
      return "a value";
    }
  }

  /** Such as {@code messages[2].content[0].type}. */
  String path() {
    StringBuilder path = new StringBuilder();
    JsonStreamContext context = parser.getParsingContext();
    if (parser.currentToken() != null && parser.currentToken().isStructStart()) {
      JsonStreamContext parent = context.getParent();
      context = parent == null ? context : parent;
    }
    append(path, context);
    return path.toString();
  }

  private static void append(StringBuilder path, JsonStreamContext context) {
    if (context.getParent() != null) {
      append(path, context.getParent());
    }
    if (context.inArray()) {
      path.append('[').append(context.getCurrentIndex()).append(']');
    } else if (context.inObject() && context.hasCurrentName()) {
      if (!path.isEmpty()) {
        path.append('.');
      }
      path.append(context.getCurrentName());
    }
  }
}
