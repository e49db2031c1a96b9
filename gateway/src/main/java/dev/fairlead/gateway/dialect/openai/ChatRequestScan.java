package dev.fairlead.gateway.dialect.openai;

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
import dev.fairlead.gateway.dialect.json.Required;
import dev.fairlead.gateway.dialect.json.TopLevel;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawRequest;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One Chat Completions request, member by member. One use an instance. */
final class ChatRequestScan {

  private static final Set<String> KNOWN =
      Set.of(
          "audio",
          "fairlead",
          "frequency_penalty",
          "function_call",
          "functions",
          "logit_bias",
          "logprobs",
          "max_completion_tokens",
          "max_tokens",
          "messages",
          "metadata",
          "modalities",
          "model",
          "moderation",
          "n",
          "parallel_tool_calls",
          "prediction",
          "presence_penalty",
          "prompt_cache_key",
          "prompt_cache_options",
          "prompt_cache_retention",
          "reasoning_effort",
          "response_format",
          "safety_identifier",
          "seed",
          "service_tier",
          "stop",
          "store",
          "stream",
          "stream_options",
          "temperature",
          "tool_choice",
          "tools",
          "top_k",
          "top_logprobs",
          "top_p",
          "user",
          "verbosity",
          "web_search_options");

  /**
   * What a request may differ in and still have the same answer. The model is a part of the cache's
   * scope by itself.
   */
  private static final Set<String> OUTSIDE_SCOPE =
      Set.of(
          "model",
          "stream",
          "stream_options",
          "user",
          "metadata",
          "fairlead",
          "store",
          "prompt_cache_key",
          "safety_identifier",
          "service_tier");

  private final JsonTape tape;
  private final ScanLimits limits;
  private final EnumSet<Capability> needs = EnumSet.noneOf(Capability.class);

  private String model = RequestFacts.AUTO;
  private boolean stream;
  private boolean includeUsage;
  private int maxTokens;
  private int maxCompletionTokens;
  private int choices = 1;
  private @Nullable String user;
  private @Nullable Conversation conversation;
  private Controls controls = Controls.NONE;
  private boolean plainText = true;
  private long schemaCharacters;

  private ChatRequestScan(JsonTape tape, ScanLimits limits) {
    this.tape = tape;
    this.limits = limits;
  }

  static ScannedRequest of(byte[] body, ScanLimits limits) {
    JsonTape tape = JsonScanner.scan(body, limits.json());
    TopLevel members = TopLevel.of(tape, KNOWN);
    ChatRequestScan scan = new ChatRequestScan(tape, limits);
    for (int i = 0; i < members.count(); i++) {
      if (JsonExpect.isPresent(tape, members.value(i))) {
        scan.member(members.name(i), members.value(i));
      }
    }
    return scan.finish(members);
  }

  /** Null is the same as absent, as OpenAI has it, so {@code value} is never null here. */
  private void member(String name, int value) {
    switch (name) {
      case "model" -> model = JsonExpect.string(tape, value);
      case "messages" -> conversation = Conversation.read(tape, value, limits.maxMessages());
      case "stream" -> stream = JsonExpect.bool(tape, value);
      case "stream_options" -> streamOptions(value);
      case "max_tokens" -> maxTokens = integer(value, 1, Integer.MAX_VALUE);
      case "max_completion_tokens" -> maxCompletionTokens = integer(value, 1, Integer.MAX_VALUE);
      case "n" -> choices = integer(value, 1, limits.maxChoices());
      case "temperature" -> JsonExpect.number(tape, value, 0, 2);
      case "top_p" -> JsonExpect.number(tape, value, 0, 1);
      case "frequency_penalty", "presence_penalty" -> JsonExpect.number(tape, value, -2, 2);
      case "top_logprobs" -> integer(value, 0, 20);
      case "seed" -> JsonExpect.integer(tape, value, Long.MIN_VALUE, Long.MAX_VALUE);
      case "logprobs", "parallel_tool_calls", "store" -> JsonExpect.bool(tape, value);
      case "user" -> user = endUser(value);
      case "fairlead" -> controls = ControlsReader.fromBody(tape, value);
      case "logit_bias", "metadata" -> JsonExpect.kind(tape, value, Kind.OBJECT);
      case "audio", "web_search_options" -> {
        JsonExpect.kind(tape, value, Kind.OBJECT);
        plainText = false;
      }
      default -> structured(name, value);
    }
  }

  private void structured(String name, int value) {
    switch (name) {
      case "tools" -> tools(value, true);
      case "functions" -> tools(value, false);
      case "tool_choice", "function_call" -> choice(value);
      case "response_format" -> responseFormat(value);
      case "stop" -> stop(value);
      case "modalities" -> modalities(value);
      case "reasoning_effort" -> reasoningEffort(value);
      default -> {
        // Not named by the specification this was written for: passes through, and counts for the
        // digest.
      }
    }
  }

  private int integer(int value, int low, int high) {
    return (int) JsonExpect.integer(tape, value, low, high);
  }

  private void streamOptions(int value) {
    JsonExpect.kind(tape, value, Kind.OBJECT);
    int include = tape.member(value, "include_usage");
    includeUsage = JsonExpect.isPresent(tape, include) && JsonExpect.bool(tape, include);
  }

  private String endUser(int value) {
    String text = JsonExpect.string(tape, value);
    if (text.indexOf('\0') >= 0) {
      throw JsonExpect.wrongValue(tape, value, "no NUL character");
    }
    return text;
  }

  private void tools(int value, boolean typed) {
    JsonExpect.kind(tape, value, Kind.ARRAY);
    if (tape.count(value) > limits.maxTools()) {
      throw JsonExpect.wrongValue(tape, value, "at most " + limits.maxTools() + " tools");
    }
    int tool = tape.first(value);
    for (int left = tape.count(value); left > 0; left--) {
      JsonExpect.kind(tape, tool, Kind.OBJECT);
      if (!typed) {
        Required.name(tape, tool);
      } else if (Required.string(tape, tool, "type").equals("function")) {
        Required.name(tape, Required.member(tape, tool, "function", Kind.OBJECT));
      }
      tool = tape.next(tool);
    }
    if (tape.count(value) > 0) {
      needs.add(Capability.TOOLS);
      plainText = false;
      schemaCharacters += tape.end(value) - tape.start(value);
    }
  }

  private void choice(int value) {
    Kind kind = tape.kind(value);
    if (kind != Kind.STRING && kind != Kind.OBJECT) {
      throw JsonExpect.wrongType(tape, value, "a string or an object");
    }
  }

  private void responseFormat(int value) {
    JsonExpect.kind(tape, value, Kind.OBJECT);
    if (Required.string(tape, value, "type").equals("json_schema")) {
      Required.member(tape, value, "json_schema", Kind.OBJECT);
      needs.add(Capability.JSON_SCHEMA);
      schemaCharacters += tape.end(value) - tape.start(value);
    }
  }

  private void stop(int value) {
    switch (tape.kind(value)) {
      case STRING -> {}
      case ARRAY -> strings(value);
      default -> throw JsonExpect.wrongType(tape, value, "a string or an array of strings");
    }
  }

  private void modalities(int value) {
    JsonExpect.kind(tape, value, Kind.ARRAY);
    plainText &= strings(value).equals(Set.of("text"));
  }

  private Set<String> strings(int array) {
    Set<String> strings = new HashSet<>();
    int element = tape.first(array);
    for (int left = tape.count(array); left > 0; left--) {
      strings.add(JsonExpect.string(tape, element));
      element = tape.next(element);
    }
    return strings;
  }

  private void reasoningEffort(int value) {
    if (!JsonExpect.string(tape, value).equals("none")) {
      needs.add(Capability.REASONING);
    }
  }

  private ScannedRequest finish(TopLevel members) {
    Conversation turns = conversation;
    if (turns == null) {
      throw JsonExpect.missing(tape, tape.root(), "messages", "an array of at least one message");
    }
    if (turns.hasImages()) {
      needs.add(Capability.VISION);
    }
    RequestFacts facts =
        new RequestFacts(
            model,
            stream,
            maxOutputTokens(),
            choices,
            needs,
            turns.lastUserText(),
            plainText && choices == 1 && turns.isPlainQuestion(),
            turns.characters() + schemaCharacters,
            user,
            digest(members, turns));
    RawRequest raw = members.raw(Dialect.DIALECT_OPENAI_CHAT);
    return new ScannedRequest(facts, raw, includeUsage, controls);
  }

  /** The newer name wins, as at OpenAI; the older one is the only one that many servers know. */
  private OptionalInt maxOutputTokens() {
    int limit = maxCompletionTokens > 0 ? maxCompletionTokens : maxTokens;
    return limit > 0 ? OptionalInt.of(limit) : OptionalInt.empty();
  }

  private ByteString digest(TopLevel members, Conversation turns) {
    return CanonicalDigest.of(
        tape,
        members,
        Dialect.DIALECT_OPENAI_CHAT.name(),
        OUTSIDE_SCOPE,
        turns.lastUserNodes(),
        turns.boundaries());
  }
}
