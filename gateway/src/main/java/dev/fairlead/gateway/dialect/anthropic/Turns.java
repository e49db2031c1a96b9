package dev.fairlead.gateway.dialect.anthropic;

import dev.fairlead.gateway.dialect.json.JsonExpect;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import dev.fairlead.gateway.dialect.json.PromptText;
import dev.fairlead.gateway.dialect.json.Required;

/** The {@code messages} of a request: checked turn by turn, with what is worth knowing of them. */
final class Turns extends PromptText {

  private boolean toolUse;

  private Turns(JsonTape tape) {
    super(tape);
  }

  static Turns read(JsonTape tape, int messages, int most) {
    JsonExpect.kind(tape, messages, Kind.ARRAY);
    int count = tape.count(messages);
    if (count < 1 || count > most) {
      throw JsonExpect.wrongValue(tape, messages, "1.." + most + " messages");
    }
    Turns turns = new Turns(tape);
    int message = tape.first(messages);
    for (int left = count; left > 0; left--) {
      turns.turn(message);
      message = tape.next(message);
    }
    return turns;
  }

  private void turn(int message) {
    JsonExpect.kind(tape, message, Kind.OBJECT);
    if (!repeats(message)) {
      learn(message, newTurn(message));
    }
  }

  /** Gives its content. */
  private int newTurn(int message) {
    int role = Required.member(tape, message, "role", Kind.STRING);
    turnOf(tape.isText(role, "user"));
    if (!lastIsUser && !tape.isText(role, "assistant") && !tape.isText(role, "system")) {
      throw JsonExpect.wrongValue(tape, role, "user, assistant or system");
    }
    int content = tape.member(message, "content");
    if (content < 0) {
      throw JsonExpect.missing(tape, message, "content", "a string or an array of blocks");
    }
    switch (tape.kind(content)) {
      case STRING -> text(content);
      case ARRAY -> blocks(content, false);
      default -> throw JsonExpect.wrongType(tape, content, "a string or an array of blocks");
    }
    return content;
  }

  private void blocks(int content, boolean inResult) {
    int block = tape.first(content);
    for (int left = tape.count(content); left > 0; left--) {
      JsonExpect.kind(tape, block, Kind.OBJECT);
      block(block, Required.string(tape, block, "type"), inResult);
      block = tape.next(block);
    }
  }

  private void block(int block, String type, boolean inResult) {
    switch (type) {
      case "text" -> {
        int node = Required.member(tape, block, "text", Kind.STRING);
        if (inResult) {
          characters += tape.characters(node);
        } else {
          text(node);
        }
      }
      case "image" -> {
        int source = Required.member(tape, block, "source", Kind.OBJECT);
        int data = tape.member(source, "data");
        if (data >= 0 && tape.kind(data) == Kind.STRING) {
          imageData(data);
        } else {
          image();
        }
      }
      case "tool_use" -> {
        Required.string(tape, block, "id");
        Required.name(tape, block);
        int input = Required.member(tape, block, "input", Kind.OBJECT);
        characters += tape.end(input) - tape.start(input);
        toolUse = true;
        onlyText = false;
      }
      case "tool_result" -> toolResult(block);
      case "thinking" ->
          characters += tape.characters(Required.member(tape, block, "thinking", Kind.STRING));
      default -> other(block);
    }
  }

  private void toolResult(int block) {
    int id = Required.member(tape, block, "tool_use_id", Kind.STRING);
    if (!toolUse) {
      throw JsonExpect.wrongValue(tape, id, "an earlier assistant message with tool_use");
    }
    onlyText = false;
    int content = tape.member(block, "content");
    if (!JsonExpect.isPresent(tape, content)) {
      return;
    }
    switch (tape.kind(content)) {
      case STRING -> characters += tape.characters(content);
      case ARRAY -> blocks(content, true);
      default -> throw JsonExpect.wrongType(tape, content, "a string or an array of blocks");
    }
  }
}
