package dev.fairlead.gateway.dialect.openai;

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

/** One Chat Completions request, member by member. One use an instance. */
final class ChatRequestScan extends RequestScan {

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

  private int maxCompletionTokens;
  private @Nullable Conversation conversation;

  private ChatRequestScan(byte[] body, ScanLimits limits) {
    super(body, limits, KNOWN);
  }

  static ScannedRequest of(byte[] body, ScanLimits limits) {
    ChatRequestScan scan = new ChatRequestScan(body, limits);
    scan.readMembers();
    return scan.finish();
  }

  @Override
  protected void member(String name, int value) {
    switch (name) {
      case "messages" -> conversation = Conversation.read(tape, value, limits.maxMessages());
      case "stream_options" -> includeUsage = RequestFields.includeUsage(tape, value);
      case "max_tokens" -> maxTokens = RequestFields.integer(tape, value, 1, Integer.MAX_VALUE);
      case "max_completion_tokens" ->
          maxCompletionTokens = RequestFields.integer(tape, value, 1, Integer.MAX_VALUE);
      case "n" -> choices = RequestFields.integer(tape, value, 1, limits.maxChoices());
      case "temperature" -> JsonExpect.number(tape, value, 0, 2);
      case "top_p" -> JsonExpect.number(tape, value, 0, 1);
      case "frequency_penalty", "presence_penalty" -> JsonExpect.number(tape, value, -2, 2);
      case "top_logprobs" -> RequestFields.integer(tape, value, 0, 20);
      case "seed" -> JsonExpect.integer(tape, value, Long.MIN_VALUE, Long.MAX_VALUE);
      case "logprobs", "parallel_tool_calls" -> JsonExpect.bool(tape, value);
      case "store" -> keepable = JsonExpect.bool(tape, value);
      case "user" -> user = RequestFields.endUser(tape, value);
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
      case "tool_choice", "function_call" -> RequestFields.choice(tape, value);
      case "response_format" -> responseFormat(value);
      case "stop" -> RequestFields.stop(tape, value);
      case "modalities" ->
          plainText &= Set.copyOf(RequestFields.strings(tape, value)).equals(Set.of("text"));
      case "reasoning_effort" -> reasoningEffort(value);
      default -> {
        // Not named by the specification this was written for: passes through, and counts for the
        // digest.
      }
    }
  }

  private void tools(int value, boolean typed) {
    if (!RequestFields.objects(tape, value, limits.maxTools(), "tools")) {
      return;
    }
    int tool = tape.first(value);
    for (int left = tape.count(value); left > 0; left--) {
      if (!typed) {
        Required.name(tape, tool);
      } else if (Required.string(tape, tool, "type").equals("function")) {
        Required.name(tape, Required.member(tape, tool, "function", Kind.OBJECT));
      }
      tool = tape.next(tool);
    }
    needs.add(Capability.TOOLS);
    plainText = false;
    otherCharacters += tape.end(value) - tape.start(value);
  }

  private void responseFormat(int value) {
    JsonExpect.kind(tape, value, Kind.OBJECT);
    if (Required.string(tape, value, "type").equals("json_schema")) {
      Required.member(tape, value, "json_schema", Kind.OBJECT);
      needs.add(Capability.JSON_SCHEMA);
      otherCharacters += tape.end(value) - tape.start(value);
    }
  }

  private void reasoningEffort(int value) {
    if (!JsonExpect.string(tape, value).equals("none")) {
      needs.add(Capability.REASONING);
    }
  }

  private ScannedRequest finish() {
    Conversation turns = conversation;
    if (turns == null) {
      throw JsonExpect.missing(tape, tape.root(), "messages", "an array of at least one message");
    }
    // The newer name wins, as at OpenAI; the older one is the only one that many servers know.
    maxTokens = maxCompletionTokens > 0 ? maxCompletionTokens : maxTokens;
    return result(Dialect.DIALECT_OPENAI_CHAT, OUTSIDE_SCOPE, turns);
  }
}
