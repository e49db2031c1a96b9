package dev.fairlead.gateway.dialect.responses;

import dev.fairlead.gateway.dialect.json.JsonExpect;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import dev.fairlead.gateway.dialect.json.PromptText;
import dev.fairlead.gateway.dialect.json.Required;
import java.util.Set;

/** The {@code input} of a request: checked item by item, with what is worth knowing of it. */
final class InputItems extends PromptText {

  private static final Set<String> ROLES = Set.of("user", "assistant", "system", "developer");

  private InputItems(JsonTape tape) {
    super(tape);
  }

  static InputItems read(JsonTape tape, int input, int most) {
    InputItems items = new InputItems(tape);
    switch (tape.kind(input)) {
      case STRING -> {
        items.turnOf(true);
        items.text(input);
      }
      case ARRAY -> items.all(input, most);
      default -> throw JsonExpect.wrongType(tape, input, "a string or an array of items");
    }
    return items;
  }

  private void all(int input, int most) {
    int count = tape.count(input);
    if (count < 1 || count > most) {
      throw JsonExpect.wrongValue(tape, input, "1.." + most + " items");
    }
    int item = tape.first(input);
    for (int left = count; left > 0; left--) {
      JsonExpect.kind(tape, item, Kind.OBJECT);
      item(item);
      item = tape.next(item);
    }
  }

  /** An item without a type is a message. */
  private void item(int item) {
    int type = tape.member(item, "type");
    String name = JsonExpect.isPresent(tape, type) ? JsonExpect.string(tape, type) : "message";
    turnOf(false);
    switch (name) {
      case "message" -> message(item);
      case "function_call" -> {
        Required.string(tape, item, "call_id");
        Required.name(tape, item);
        characters += tape.characters(Required.member(tape, item, "arguments", Kind.STRING));
        onlyText = false;
      }
      case "function_call_output" -> {
        Required.string(tape, item, "call_id");
        output(item);
        onlyText = false;
      }
      case "item_reference" ->
          throw ResponsesRequestScan.unsupported(
              tape.pathOf(item), "the item itself: answers are not kept here");
      default -> other(item);
    }
  }

  private void output(int item) {
    int output = tape.member(item, "output");
    if (output < 0) {
      throw JsonExpect.missing(tape, item, "output", "a string or an array of parts");
    }
    switch (tape.kind(output)) {
      case STRING -> characters += tape.characters(output);
      case ARRAY -> parts(output);
      default -> throw JsonExpect.wrongType(tape, output, "a string or an array of parts");
    }
  }

  private void message(int item) {
    int role = Required.member(tape, item, "role", Kind.STRING);
    String name = tape.text(role);
    if (!ROLES.contains(name)) {
      throw JsonExpect.wrongValue(tape, role, "user, assistant, system or developer");
    }
    turnOf(name.equals("user"));
    int content = tape.member(item, "content");
    if (content < 0) {
      throw JsonExpect.missing(tape, item, "content", "a string or an array of parts");
    }
    switch (tape.kind(content)) {
      case STRING -> text(content);
      case ARRAY -> parts(content);
      default -> throw JsonExpect.wrongType(tape, content, "a string or an array of parts");
    }
  }

  private void parts(int content) {
    int part = tape.first(content);
    for (int left = tape.count(content); left > 0; left--) {
      JsonExpect.kind(tape, part, Kind.OBJECT);
      part(part, Required.string(tape, part, "type"));
      part = tape.next(part);
    }
  }

  private void part(int part, String type) {
    switch (type) {
      case "input_text", "output_text" -> text(Required.member(tape, part, "text", Kind.STRING));
      case "refusal" ->
          characters += tape.characters(Required.member(tape, part, "refusal", Kind.STRING));
      case "input_image" -> image(tape.member(part, "image_url"), part);
      default -> other(part);
    }
  }
}
