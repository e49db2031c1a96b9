package dev.fairlead.gateway.dialect.openai;

import dev.fairlead.gateway.dialect.json.JsonExpect;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;

/** Members that an object must have, by name. */
final class Required {

  private Required() {}

  static int member(JsonTape tape, int object, String name, Kind kind) {
    int value = tape.member(object, name);
    if (value < 0) {
      throw JsonExpect.missing(tape, object, name, kind.words());
    }
    JsonExpect.kind(tape, value, kind);
    return value;
  }

  static String string(JsonTape tape, int object, String name) {
    return tape.text(member(tape, object, name, Kind.STRING));
  }

  /** A name that is not empty. */
  static void name(JsonTape tape, int object) {
    int value = member(tape, object, "name", Kind.STRING);
    if (tape.text(value).isBlank()) {
      throw JsonExpect.wrongValue(tape, value, "a name");
    }
  }
}
