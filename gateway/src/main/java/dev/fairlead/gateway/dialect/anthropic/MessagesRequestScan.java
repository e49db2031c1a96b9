package dev.fairlead.gateway.dialect.anthropic;

import dev.fairlead.catalog.Capability;
import dev.fairlead.gateway.dialect.RequestScan;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.ScannedRequest;
import dev.fairlead.gateway.dialect.json.JsonExpect;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import dev.fairlead.gateway.dialect.json.RequestFields;
import dev.fairlead.gateway.dialect.json.Required;
import dev.fairlead.v1.Dialect;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One Messages request, member by member. One use an instance. */
final class MessagesRequestScan extends RequestScan {

  private static final Set<String> KNOWN =
      Set.of(
          "cache_control",
          "container",
          "context_management",
          "fairlead",
          "inference_geo",
          "max_tokens",
          "mcp_servers",
          "messages",
          "metadata",
          "model",
          "output_config",
          "output_format",
          "service_tier",
          "speed",
          "stop_sequences",
          "stream",
          "system",
          "temperature",
          "thinking",
          "tool_choice",
          "tools",
          "top_k",
          "top_p");

  /** What a request may differ in and still have the same answer. */
  private static final Set<String> OUTSIDE_SCOPE =
      Set.of("model", "stream", "metadata", "fairlead", "service_tier");

  private @Nullable Turns turns;
  private boolean bounded;

  private MessagesRequestScan(byte[] body, ScanLimits limits) {
    super(body, limits, KNOWN);
  }

  /**
   * Scans a body.
   *
   * @param counting whether only its tokens are to be counted, which needs no {@code max_tokens}
   */
  static ScannedRequest of(byte[] body, ScanLimits limits, boolean counting) {
    MessagesRequestScan scan = new MessagesRequestScan(body, limits);
    scan.readMembers();
    return scan.finish(counting);
  }

  @Override
  protected void member(String name, int value) {
    switch (name) {
      case "messages" -> turns = Turns.read(tape, value, limits.maxMessages());
      case "system" -> system(value);
      case "max_tokens" -> bound(value);
      case "temperature", "top_p" -> JsonExpect.number(tape, value, 0, 1);
      case "top_k" -> RequestFields.integer(tape, value, 0, Integer.MAX_VALUE);
      case "stop_sequences" -> RequestFields.strings(tape, value);
      case "metadata" -> metadata(value);
      case "tools" -> tools(value);
      case "tool_choice" -> Required.string(tape, object(value), "type");
      case "thinking" -> thinking(value);
      case "output_format" -> format(value);
      case "output_config" -> outputConfig(value);
      case "mcp_servers" -> plainText = false;
      default -> {
        // An open list: passes through, and counts for the digest.
      }
    }
  }

  /** 0 fills the vendor's prompt cache and has no answer to keep; 1 is the least to reckon with. */
  private void bound(int value) {
    int asked = RequestFields.integer(tape, value, 0, Integer.MAX_VALUE);
    bounded = true;
    maxTokens = Math.max(asked, 1);
    keepable = asked > 0;
  }

  private int object(int value) {
    JsonExpect.kind(tape, value, Kind.OBJECT);
    return value;
  }

  private void system(int value) {
    if (tape.kind(value) == Kind.STRING) {
      otherCharacters += tape.characters(value);
      return;
    }
    if (tape.kind(value) != Kind.ARRAY) {
      throw JsonExpect.wrongType(tape, value, "a string or an array of text blocks");
    }
    int block = tape.first(value);
    for (int left = tape.count(value); left > 0; left--) {
      JsonExpect.kind(tape, block, Kind.OBJECT);
      if (Required.string(tape, block, "type").equals("text")) {
        otherCharacters += tape.characters(Required.member(tape, block, "text", Kind.STRING));
      } else {
        otherCharacters += tape.end(block) - tape.start(block);
      }
      block = tape.next(block);
    }
  }

  private void metadata(int value) {
    int id = tape.member(object(value), "user_id");
    if (JsonExpect.isPresent(tape, id)) {
      user = RequestFields.endUser(tape, id);
    }
  }

  /** A tool without a type, or of type custom, is the client's own and has a name and a schema. */
  private void tools(int value) {
    if (!RequestFields.objects(tape, value, limits.maxTools(), "tools")) {
      return;
    }
    int tool = tape.first(value);
    for (int left = tape.count(value); left > 0; left--) {
      int type = tape.member(tool, "type");
      if (!JsonExpect.isPresent(tape, type) || JsonExpect.string(tape, type).equals("custom")) {
        Required.name(tape, tool);
        Required.member(tape, tool, "input_schema", Kind.OBJECT);
      }
      tool = tape.next(tool);
    }
    needs.add(Capability.TOOLS);
    plainText = false;
    otherCharacters += tape.end(value) - tape.start(value);
  }

  private void thinking(int value) {
    String type = Required.string(tape, object(value), "type");
    int budget = tape.member(value, "budget_tokens");
    if (JsonExpect.isPresent(tape, budget)) {
      RequestFields.integer(tape, budget, 1, Integer.MAX_VALUE);
    }
    if (!type.equals("disabled")) {
      needs.add(Capability.REASONING);
    }
  }

  private void outputConfig(int value) {
    int format = tape.member(object(value), "format");
    if (JsonExpect.isPresent(tape, format)) {
      format(format);
    }
  }

  private void format(int value) {
    if (Required.string(tape, object(value), "type").equals("json_schema")) {
      needs.add(Capability.JSON_SCHEMA);
      otherCharacters += tape.end(value) - tape.start(value);
    }
  }

  private ScannedRequest finish(boolean counting) {
    Turns read = turns;
    if (read == null) {
      throw JsonExpect.missing(tape, tape.root(), "messages", "an array of at least one message");
    }
    if (!bounded && !counting) {
      throw JsonExpect.missing(tape, tape.root(), "max_tokens", "an integer of 0 or more");
    }
    return result(Dialect.DIALECT_ANTHROPIC_MESSAGES, OUTSIDE_SCOPE, read);
  }
}
