package dev.fairlead.gateway.dialect.json;

import dev.fairlead.gateway.dialect.json.JsonTape.Kind;

/** Members that an object must have, by name; a missing one is refused with its path. Stateless. */
public final class Required {

  private Required() {}

  /** The value of that name and kind. */
  public static int member(JsonTape tape, int object, String name, Kind kind) {
    int value = tape.member(object, name);
    if (value < 0) {
      throw JsonExpect.missing(tape, object, name, kind.words());
    }
    JsonExpect.kind(tape, value, kind);
    return value;
  }

  /** The text of that name. */
  public static String string(JsonTape tape, int object, String name) {
    return tape.text(member(tape, object, name, Kind.STRING));
  }

  /** Refuses an object without a {@code name} that is not blank. */
  public static void name(JsonTape tape, int object) {
    int value = member(tape, object, "name", Kind.STRING);
    if (tape.text(value).isBlank()) {
      throw JsonExpect.wrongValue(tape, value, "a name");
    }
  }
}
