package dev.fairlead.gateway.dialect.openai;

import dev.fairlead.gateway.dialect.json.AsciiWord;
import dev.fairlead.gateway.dialect.json.JsonExpect;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import dev.fairlead.gateway.dialect.json.PromptText;
import dev.fairlead.gateway.dialect.json.Required;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The {@code messages} of a request: checked turn by turn, with what is worth knowing about them.
 */
final class Conversation extends PromptText {

  private static final AsciiWord ROLE = AsciiWord.of("role");
  private static final AsciiWord CONTENT = AsciiWord.of("content");

  private boolean calls;
  private int roleNode;
  private int contentNode;
  private boolean saysMore;

  /** Who speaks. */
  private enum Role {
    USER,
    ASSISTANT,
    TOOL,
    SYSTEM,
    DEVELOPER,
    FUNCTION;

    private static final String EXPECTED = "system, developer, user, assistant, tool or function";

    private static final Role[] ALL = values();

    private final AsciiWord word = AsciiWord.of(name().toLowerCase(Locale.ROOT));

    static @Nullable Role of(JsonTape tape, int node) {
      for (Role role : ALL) {
        if (tape.isText(node, role.word)) {
          return role;
        }
      }
      return null;
    }

    boolean mayBeSilent() {
      return this == ASSISTANT || this == FUNCTION;
    }
  }

  private Conversation(JsonTape tape) {
    super(tape);
  }

  static Conversation read(JsonTape tape, int messages, int maxMessages) {
    JsonExpect.kind(tape, messages, Kind.ARRAY);
    int count = tape.count(messages);
    if (count < 1 || count > maxMessages) {
      throw JsonExpect.wrongValue(tape, messages, "1.." + maxMessages + " messages");
    }
    Conversation conversation = new Conversation(tape);
    int message = tape.first(messages);
    for (int left = count; left > 0; left--) {
      conversation.turn(message);
      message = tape.next(message);
    }
    conversation.onlyText &= !conversation.calls;
    return conversation;
  }

  private void turn(int message) {
    JsonExpect.kind(tape, message, Kind.OBJECT);
    if (!repeats(message)) {
      newTurn(message);
      learn(message, contentNode);
    }
  }

  private void newTurn(int message) {
    find(message);
    if (roleNode < 0) {
      throw JsonExpect.missing(tape, message, "role", Kind.STRING.words());
    }
    JsonExpect.kind(tape, roleNode, Kind.STRING);
    Role role = Role.of(tape, roleNode);
    if (role == null) {
      throw JsonExpect.wrongValue(tape, roleNode, Role.EXPECTED);
    }
    turnOf(role == Role.USER);
    content(message, role);
    switch (role) {
      case TOOL -> toolResult(message);
      case FUNCTION -> {
        Required.name(tape, message);
        calls = true;
      }
      case ASSISTANT -> {
        if (saysMore) {
          assistant(message);
        }
      }
      case SYSTEM, DEVELOPER, USER -> {}
    }
  }

  /** One look at the members of a turn, most of which have only these two. */
  private void find(int message) {
    roleNode = -1;
    contentNode = -1;
    saysMore = false;
    int key = tape.first(message);
    for (int left = tape.count(message); left > 0; left--) {
      if (roleNode < 0 && tape.isText(key, ROLE)) {
        roleNode = key + 1;
      } else if (contentNode < 0 && tape.isText(key, CONTENT)) {
        contentNode = key + 1;
      } else {
        saysMore = true;
      }
      key = tape.next(key + 1);
    }
  }

  private void content(int message, Role role) {
    int content = contentNode;
    if (!JsonExpect.isPresent(tape, content)) {
      if (!role.mayBeSilent()) {
        throw content < 0 ? missingContent(message) : wrongContent(content);
      }
      return;
    }
    switch (tape.kind(content)) {
      case STRING -> text(content);
      case ARRAY -> parts(content, role);
      default -> throw wrongContent(content);
    }
  }

  private RuntimeException missingContent(int message) {
    return JsonExpect.missing(tape, message, "content", "a string or an array of parts");
  }

  private RuntimeException wrongContent(int content) {
    return JsonExpect.wrongType(tape, content, "a string or an array of parts");
  }

  private void parts(int content, Role role) {
    if (tape.count(content) == 0 && !role.mayBeSilent()) {
      throw JsonExpect.wrongValue(tape, content, "at least one part");
    }
    int part = tape.first(content);
    for (int left = tape.count(content); left > 0; left--) {
      JsonExpect.kind(tape, part, Kind.OBJECT);
      part(part, Required.string(tape, part, "type"));
      part = tape.next(part);
    }
  }

  private void part(int part, String type) {
    switch (type) {
      case "text" -> text(Required.member(tape, part, "text", Kind.STRING));
      case "refusal" ->
          characters += tape.characters(Required.member(tape, part, "refusal", Kind.STRING));
      case "image_url" -> {
        int image = Required.member(tape, part, "image_url", Kind.OBJECT);
        image(Required.member(tape, image, "url", Kind.STRING), image);
      }
      default -> other(part);
    }
  }

  private void toolResult(int message) {
    int id = Required.member(tape, message, "tool_call_id", Kind.STRING);
    if (!calls) {
      throw JsonExpect.wrongValue(tape, id, "an earlier assistant message with tool_calls");
    }
  }

  private void assistant(int message) {
    int toolCalls = tape.member(message, "tool_calls");
    if (JsonExpect.isPresent(tape, toolCalls)) {
      JsonExpect.kind(tape, toolCalls, Kind.ARRAY);
      int call = tape.first(toolCalls);
      for (int left = tape.count(toolCalls); left > 0; left--) {
        toolCall(call);
        call = tape.next(call);
      }
    }
    int functionCall = tape.member(message, "function_call");
    if (JsonExpect.isPresent(tape, functionCall)) {
      function(functionCall);
      calls = true;
    }
    if (JsonExpect.isPresent(tape, tape.member(message, "audio"))) {
      onlyText = false;
    }
  }

  private void toolCall(int call) {
    JsonExpect.kind(tape, call, Kind.OBJECT);
    Required.string(tape, call, "id");
    int function = tape.member(call, "function");
    if (JsonExpect.isPresent(tape, function)) {
      function(function);
    } else {
      other(call);
    }
    calls = true;
  }

  private void function(int function) {
    JsonExpect.kind(tape, function, Kind.OBJECT);
    Required.name(tape, function);
    characters += tape.characters(Required.member(tape, function, "arguments", Kind.STRING));
  }
}
