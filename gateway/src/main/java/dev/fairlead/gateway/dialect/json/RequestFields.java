package dev.fairlead.gateway.dialect.json;

import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import java.util.ArrayList;
import java.util.List;

/** Reads of members that more than one format has in the same form. Stateless. */
public final class RequestFields {

  private RequestFields() {}

  /** An integer between two bounds that fit an int. */
  public static int integer(JsonTape tape, int node, int low, int high) {
    return (int) JsonExpect.integer(tape, node, low, high);
  }

  /** An end user's id; a NUL has no place in the ledger. */
  public static String endUser(JsonTape tape, int node) {
    String text = JsonExpect.string(tape, node);
    if (text.indexOf('\0') >= 0) {
      throw JsonExpect.wrongValue(tape, node, "no NUL character");
    }
    return text;
  }

  /** The strings of an array, in its order. */
  public static List<String> strings(JsonTape tape, int array) {
    JsonExpect.kind(tape, array, Kind.ARRAY);
    List<String> strings = new ArrayList<>(tape.count(array));
    int element = tape.first(array);
    for (int left = tape.count(array); left > 0; left--) {
      strings.add(JsonExpect.string(tape, element));
      element = tape.next(element);
    }
    return strings;
  }

  /** A string or an array of strings. */
  public static void stop(JsonTape tape, int node) {
    switch (tape.kind(node)) {
      case STRING -> {}
      case ARRAY -> strings(tape, node);
      default -> throw JsonExpect.wrongType(tape, node, "a string or an array of strings");
    }
  }

  /** {@code stream_options.include_usage}. */
  public static boolean includeUsage(JsonTape tape, int node) {
    JsonExpect.kind(tape, node, Kind.OBJECT);
    int include = tape.member(node, "include_usage");
    return JsonExpect.isPresent(tape, include) && JsonExpect.bool(tape, include);
  }

  /** A string or an object. */
  public static void choice(JsonTape tape, int node) {
    Kind kind = tape.kind(node);
    if (kind != Kind.STRING && kind != Kind.OBJECT) {
      throw JsonExpect.wrongType(tape, node, "a string or an object");
    }
  }

  /** A list of at most {@code most} objects; whether it has any. */
  public static boolean objects(JsonTape tape, int array, int most, String what) {
    JsonExpect.kind(tape, array, Kind.ARRAY);
    if (tape.count(array) > most) {
      throw JsonExpect.wrongValue(tape, array, "at most " + most + " " + what);
    }
    int element = tape.first(array);
    for (int left = tape.count(array); left > 0; left--) {
      JsonExpect.kind(tape, element, Kind.OBJECT);
      element = tape.next(element);
    }
    return tape.count(array) > 0;
  }
}
