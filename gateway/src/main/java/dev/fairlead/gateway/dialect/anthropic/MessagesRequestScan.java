package dev.fairlead.gateway.dialect.anthropic;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.Capability;
import dev.fairlead.gateway.dialect.Controls;
import dev.fairlead.gateway.dialect.ControlsReader;
import dev.fairlead.gateway.dialect.RequestFacts;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.ScannedRequest;
import dev.fairlead.gateway.dialect.json.CanonicalDigest;
import dev.fairlead.gateway.dialect.json.JsonExpect;
import dev.fairlead.gateway.dialect.json.JsonScanner;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.gateway.dialect.json.JsonTape.Kind;
import dev.fairlead.gateway.dialect.json.RequestFields;
import dev.fairlead.gateway.dialect.json.Required;
import dev.fairlead.gateway.dialect.json.TopLevel;
import dev.fairlead.v1.Dialect;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One Messages request, member by member. One use an instance. */
final class MessagesRequestScan {

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

  private final JsonTape tape;
  private final ScanLimits limits;
  private final EnumSet<Capability> needs = EnumSet.noneOf(Capability.class);

  private String model = RequestFacts.AUTO;
  private boolean stream;
  private int maxTokens;
  private @Nullable String user;
  private @Nullable Turns turns;
  private Controls controls = Controls.NONE;
  private boolean plainText = true;
  private long otherCharacters;

  private MessagesRequestScan(JsonTape tape, ScanLimits limits) {
    this.tape = tape;
    this.limits = limits;
  }

  /**
   * Scans a body.
   *
   * @param counting whether only its tokens are to be counted, which needs no {@code max_tokens}
   */
  static ScannedRequest of(byte[] body, ScanLimits limits, boolean counting) {
    JsonTape tape = JsonScanner.scan(body, limits.json());
    TopLevel members = TopLevel.of(tape, KNOWN);
    MessagesRequestScan scan = new MessagesRequestScan(tape, limits);
    for (int i = 0; i < members.count(); i++) {
      if (JsonExpect.isPresent(tape, members.value(i))) {
        scan.member(members.name(i), members.value(i));
      }
    }
    return scan.finish(members, counting);
  }

  private void member(String name, int value) {
    switch (name) {
      case "model" -> model = JsonExpect.string(tape, value);
      case "messages" -> turns = Turns.read(tape, value, limits.maxMessages());
      case "system" -> system(value);
      case "max_tokens" -> maxTokens = RequestFields.integer(tape, value, 1, Integer.MAX_VALUE);
      case "stream" -> stream = JsonExpect.bool(tape, value);
      case "temperature", "top_p" -> JsonExpect.number(tape, value, 0, 1);
      case "top_k" -> RequestFields.integer(tape, value, 0, Integer.MAX_VALUE);
      case "stop_sequences" -> RequestFields.strings(tape, value);
      case "metadata" -> metadata(value);
      case "tools" -> tools(value);
      case "tool_choice" -> Required.string(tape, object(value), "type");
      case "thinking" -> thinking(value);
      case "output_format" -> format(value);
      case "output_config" -> outputConfig(value);
      case "fairlead" -> controls = ControlsReader.fromBody(tape, value);
      case "mcp_servers" -> plainText = false;
      default -> {
        // An open list: passes through, and counts for the digest.
      }
    }
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

  private ScannedRequest finish(TopLevel members, boolean counting) {
    Turns read = turns;
    if (read == null) {
      throw JsonExpect.missing(tape, tape.root(), "messages", "an array of at least one message");
    }
    if (maxTokens == 0 && !counting) {
      throw JsonExpect.missing(tape, tape.root(), "max_tokens", "an integer of 1 or more");
    }
    if (read.hasImages()) {
      needs.add(Capability.VISION);
    }
    RequestFacts facts =
        new RequestFacts(
            model,
            stream,
            maxTokens > 0 ? OptionalInt.of(maxTokens) : OptionalInt.empty(),
            1,
            needs,
            read.lastUserText(),
            plainText && read.isPlainQuestion(),
            read.characters() + otherCharacters,
            user,
            digest(members, read));
    return new ScannedRequest(
        facts, members.raw(Dialect.DIALECT_ANTHROPIC_MESSAGES), false, controls);
  }

  private ByteString digest(TopLevel members, Turns read) {
    return CanonicalDigest.of(
        tape,
        members,
        Dialect.DIALECT_ANTHROPIC_MESSAGES.name(),
        OUTSIDE_SCOPE,
        read.lastUserNodes(),
        read.boundaries());
  }
}
