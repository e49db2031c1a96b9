package dev.fairlead.gateway.typed;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.HttpFailures;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.json.JsonTape;
import dev.fairlead.gateway.dialect.json.TopLevel;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.Message;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a typed request must hold to: the ranges that the contract states, and ours. Stateless. */
final class TypedChecks {

  private static final int MOST_STOPS = 16;

  /**
   * Names under which vendors know what the contract has a field for. As an extension they would
   * pass what is checked, counted and bounded here.
   */
  private static final Set<String> FIELDS =
      Stream.concat(
              ChatRequest.getDescriptor().getFields().stream().map(FieldDescriptor::getName),
              Stream.of(
                  "best_of",
                  "function_call",
                  "functions",
                  "input",
                  "instructions",
                  "max_completion_tokens",
                  "max_tokens",
                  "n",
                  "prompt",
                  "random_seed",
                  "stop_sequences",
                  "stream",
                  "stream_options",
                  "system"))
          .collect(Collectors.toUnmodifiableSet());

  private TypedChecks() {}

  static void bound(ChatRequest request, ScanLimits limits) {
    int bytes = request.getSerializedSize();
    if (bytes > limits.maxBodyBytes()) {
      throw new Failure.InvalidRequest(
              "chat: " + bytes + " bytes (expected: at most " + limits.maxBodyBytes() + ")",
              "chat",
              HttpFailures.REQUEST_TOO_LARGE)
          .asException();
    }
    atMost("messages", request.getMessagesCount(), limits.maxMessages());
    atMost("tools", request.getToolsCount(), limits.maxTools());
    atMost("choice_count", TypedFacts.choices(request), limits.maxChoices());
    atMost("stop", request.getStopCount(), MOST_STOPS);
  }

  private static void atMost(String param, int count, int limit) {
    require(count <= limit, param, count, "at most " + limit);
  }

  static void validate(ChatRequest request) {
    require(request.getMessagesCount() > 0, "messages", "empty", "at least one message");
    for (int i = 0; i < request.getMessagesCount(); i++) {
      message(request.getMessages(i), "messages[" + i + "]");
    }
    atLeastOne(request.hasMaxOutputTokens(), "max_output_tokens", request.getMaxOutputTokens());
    atLeastOne(request.hasTopK(), "top_k", request.getTopK());
    atLeastOne(
        request.hasReasoningBudgetTokens(),
        "reasoning_budget_tokens",
        request.getReasoningBudgetTokens());
    atLeastOne(true, "choice_count", TypedFacts.choices(request));
    // Those that are unset are 0, which is in every range.
    within("temperature", request.getTemperature(), 0, 2);
    within("top_p", request.getTopP(), 0, 1);
    within("frequency_penalty", request.getFrequencyPenalty(), -2, 2);
    within("presence_penalty", request.getPresencePenalty(), -2, 2);
    int probabilities = request.getTopLogprobs();
    require(probabilities >= 0 && probabilities <= 20, "top_logprobs", probabilities, "0..20");
    for (int i = 0; i < request.getStopCount(); i++) {
      require(!request.getStop(i).isEmpty(), "stop[" + i + "]", "empty", "a text");
    }
    request.getExtensions().getFieldsMap().keySet().forEach(TypedChecks::extension);
  }

  private static void message(Message message, String path) {
    boolean role =
        message.getRole() != Message.Role.ROLE_UNSPECIFIED
            && message.getRole() != Message.Role.UNRECOGNIZED;
    require(role, path + ".role", message.getRoleValue(), "a role of fairlead.v1.Message.Role");
    boolean result = message.getRole() != Message.Role.ROLE_TOOL || message.hasToolCallId();
    require(result, path + ".tool_call_id", "missing", "the id of the call that this answers");
    boolean content = message.getContentCount() > 0 || message.getToolCallsCount() > 0;
    require(content, path + ".content", "empty", "at least one part");
  }

  /** The map is written into the vendor's request as it is. */
  private static void extension(String name) {
    String folded = TopLevel.folded(name);
    String path = "extensions." + JsonTape.shortened(name);
    if (TopLevel.isTarget(folded)) {
      throw new Failure.InvalidRequest(
              path + ": not the caller's to choose (expected: absent)", path, TopLevel.FORBIDDEN)
          .asException();
    }
    if (FIELDS.contains(folded)) {
      throw Failure.InvalidRequest.of(
              path, path + ": not an extension (expected: the field of ChatRequest for it)")
          .asException();
    }
  }

  private static void atLeastOne(boolean set, String param, int value) {
    require(!set || value >= 1, param, value, "1 or more");
  }

  private static void within(String param, double value, int low, int high) {
    require(value >= low && value <= high, param, value, low + ".." + high);
  }

  private static void require(boolean holds, String param, Object value, String expectation) {
    if (!holds) {
      throw Failure.InvalidRequest.of(
              param, param + ": " + value + " (expected: " + expectation + ")")
          .asException();
    }
  }
}
