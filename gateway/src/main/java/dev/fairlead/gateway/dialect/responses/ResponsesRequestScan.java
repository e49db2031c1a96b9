package dev.fairlead.gateway.dialect.responses;

import dev.fairlead.catalog.Capability;
import dev.fairlead.common.failure.Failure.InvalidRequest;
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

/** One Responses request, member by member. One use an instance. */
final class ResponsesRequestScan extends RequestScan {

  /** Code of a member that is understood and not offered. */
  static final String UNSUPPORTED = "unsupported_parameter";

  private static final Set<String> KNOWN =
      Set.of(
          "background",
          "context_management",
          "conversation",
          "fairlead",
          "include",
          "input",
          "instructions",
          "max_output_tokens",
          "max_tool_calls",
          "metadata",
          "model",
          "moderation",
          "parallel_tool_calls",
          "previous_response_id",
          "prompt",
          "prompt_cache_key",
          "prompt_cache_options",
          "prompt_cache_retention",
          "reasoning",
          "safety_identifier",
          "service_tier",
          "store",
          "stream",
          "stream_options",
          "temperature",
          "text",
          "tool_choice",
          "tools",
          "top_logprobs",
          "top_p",
          "truncation",
          "user");

  /**
   * A response repeats whose it is ({@code metadata}, {@code user}, {@code prompt_cache_key} and
   * {@code safety_identifier}): nobody must be told another's.
   */
  private static final Set<String> OUTSIDE_SCOPE =
      Set.of("model", "stream", "stream_options", "fairlead", "store", "service_tier");

  private @Nullable InputItems input;

  private ResponsesRequestScan(byte[] body, ScanLimits limits) {
    super(body, limits, KNOWN);
  }

  static ScannedRequest of(byte[] body, ScanLimits limits) {
    ResponsesRequestScan scan = new ResponsesRequestScan(body, limits);
    scan.readMembers();
    return scan.finish();
  }

  @Override
  protected void member(String name, int value) {
    switch (name) {
      case "input" -> input = InputItems.read(tape, value, limits.maxMessages());
      case "instructions" -> {
        JsonExpect.kind(tape, value, Kind.STRING);
        otherCharacters += tape.characters(value);
      }
      case "max_output_tokens" ->
          maxTokens = RequestFields.integer(tape, value, 1, Integer.MAX_VALUE);
      case "max_tool_calls" -> RequestFields.integer(tape, value, 1, Integer.MAX_VALUE);
      case "temperature" -> JsonExpect.number(tape, value, 0, 2);
      case "top_p" -> JsonExpect.number(tape, value, 0, 1);
      case "top_logprobs" -> RequestFields.integer(tape, value, 0, 20);
      case "parallel_tool_calls" -> JsonExpect.bool(tape, value);
      case "stream_options", "metadata" -> JsonExpect.kind(tape, value, Kind.OBJECT);
      case "include" -> RequestFields.strings(tape, value);
      case "tools" -> tools(value);
      case "tool_choice" -> RequestFields.choice(tape, value);
      case "text" -> text(value);
      case "reasoning" -> reasoning(value);
      case "user" -> user = RequestFields.endUser(tape, value);
      default -> state(name, value);
    }
  }

  /** What only a server that keeps answers between calls can do. */
  private void state(String name, int value) {
    switch (name) {
      case "store", "background" -> {
        if (JsonExpect.bool(tape, value)) {
          throw unsupported(name, "false: answers are not kept here");
        }
      }
      case "previous_response_id", "conversation" ->
          throw unsupported(name, "none: send the earlier turns in input");
      case "prompt" -> throw unsupported(name, "none: send the text in instructions and input");
      default -> {
        // Passes through, and counts for the digest.
      }
    }
  }

  static RuntimeException unsupported(String path, String expected) {
    return new InvalidRequest(
            path + ": not supported (expected: " + expected + ")", path, UNSUPPORTED)
        .asException();
  }

  /** A function has a name; every other type is the vendor's own. */
  private void tools(int value) {
    if (!RequestFields.objects(tape, value, limits.maxTools(), "tools")) {
      return;
    }
    int tool = tape.first(value);
    for (int left = tape.count(value); left > 0; left--) {
      if (Required.string(tape, tool, "type").equals("function")) {
        Required.name(tape, tool);
      }
      tool = tape.next(tool);
    }
    needs.add(Capability.TOOLS);
    plainText = false;
    otherCharacters += tape.end(value) - tape.start(value);
  }

  private void text(int value) {
    JsonExpect.kind(tape, value, Kind.OBJECT);
    int format = tape.member(value, "format");
    if (JsonExpect.isPresent(tape, format)) {
      JsonExpect.kind(tape, format, Kind.OBJECT);
      if (Required.string(tape, format, "type").equals("json_schema")) {
        Required.name(tape, format);
        Required.member(tape, format, "schema", Kind.OBJECT);
        needs.add(Capability.JSON_SCHEMA);
        otherCharacters += tape.end(format) - tape.start(format);
      }
    }
  }

  private void reasoning(int value) {
    JsonExpect.kind(tape, value, Kind.OBJECT);
    int effort = tape.member(value, "effort");
    if (JsonExpect.isPresent(tape, effort) && !JsonExpect.string(tape, effort).equals("none")) {
      needs.add(Capability.REASONING);
    }
  }

  private ScannedRequest finish() {
    InputItems items = input;
    if (items == null) {
      throw JsonExpect.missing(tape, tape.root(), "input", "a string or an array of items");
    }
    return result(Dialect.DIALECT_OPENAI_RESPONSES, OUTSIDE_SCOPE, items);
  }
}
