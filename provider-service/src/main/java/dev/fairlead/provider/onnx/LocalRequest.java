package dev.fairlead.provider.onnx;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.onnx.decoder.ChatTemplate;
import dev.fairlead.onnx.decoder.Generation;
import dev.fairlead.onnx.decoder.Sampling;
import dev.fairlead.onnx.decoder.TextDecoder;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A request as the loop takes it: one generation a choice.
 *
 * @param promptTokens of the prompt, once
 */
record LocalRequest(List<Generation> choices, int promptTokens) {

  static LocalRequest of(
      ChatRequest request, int bound, TextDecoder decoder, DroppedFields dropped) {
    refuseWhatIsNotThere(request);
    noteWhatChangesNothing(request, dropped);
    List<ChatTemplate.Turn> turns = new ArrayList<>();
    for (int i = 0; i < request.getMessagesCount(); i++) {
      turns.add(turn(request.getMessages(i), "messages[" + i + "]", dropped));
    }
    int[] prompt = decoder.prompt(turns);
    if (prompt == null || prompt.length == 0) {
      throw prompt == null ? tooLong(decoder) : invalid("messages", "empty (expected: some text)");
    }
    int most = request.hasMaxOutputTokens() ? request.getMaxOutputTokens() : Integer.MAX_VALUE;
    most = bound > 0 ? Math.min(most, bound) : most;
    if (most < 1) {
      throw invalid("max_tokens", most + " (expected: 1 or more)");
    }
    int count = request.hasChoiceCount() ? request.getChoiceCount() : 1;
    if (count < 1 || count > 128) {
      throw invalid("n", count + " (expected: 1..128)");
    }
    long seed = request.hasSeed() ? request.getSeed() : ThreadLocalRandom.current().nextLong();
    List<Generation> choices = new ArrayList<>();
    for (int choice = 0; choice < count; choice++) {
      Sampling sampling = sampling(request, decoder.defaults(), seed + choice);
      choices.add(new Generation(prompt, most, sampling, request.getStopList()));
    }
    return new LocalRequest(choices, prompt.length);
  }

  private static RuntimeException tooLong(TextDecoder decoder) {
    String message =
        "the prompt does not fit into the context window of "
            + decoder.contextWindow()
            + " tokens with room for an answer";
    return new Failure.InvalidRequest(message, "messages", "context_length_exceeded").asException();
  }

  private static RuntimeException invalid(String param, String message) {
    return Failure.InvalidRequest.of(param, param + ": " + message).asException();
  }

  private static void refuseWhatIsNotThere(ChatRequest request) {
    boolean noTools =
        request.getToolsCount() == 0 || request.getToolChoice().getMode().equals("none");
    refuse(!noTools, "tools", "a local model cannot call tools");
    boolean text = !request.hasResponseFormat() || request.getResponseFormat().hasText();
    refuse(!text, "response_format", "a local model answers with plain text only");
    refuse(request.getLogprobs(), "logprobs", "a local model gives no log probabilities");
    boolean thinks = request.hasReasoningEffort() && !request.getReasoningEffort().equals("none");
    refuse(thinks, "reasoning_effort", "a local model does not reason apart");
    refuse(request.getMessagesCount() == 0, "messages", "empty (expected: at least one)");
  }

  private static void noteWhatChangesNothing(ChatRequest request, DroppedFields dropped) {
    dropped.addIf(request.getToolsCount() > 0, "tools");
    dropped.addIf(request.hasToolChoice(), "tool_choice");
    dropped.addIf(request.hasParallelToolCalls(), "parallel_tool_calls");
    dropped.addIf(request.hasTopLogprobs(), "top_logprobs");
    dropped.addIf(request.hasReasoningEffort(), "reasoning_effort");
    dropped.addIf(request.hasReasoningBudgetTokens(), "reasoning_budget_tokens");
    dropped.addIf(request.hasUser(), "user");
    request.getExtensions().getFieldsMap().keySet().forEach(dropped::add);
  }

  private static void refuse(boolean when, String param, String message) {
    if (when) {
      throw invalid(param, message);
    }
  }

  private static ChatTemplate.Turn turn(Message message, String path, DroppedFields dropped) {
    dropped.addIf(message.hasName(), path + ".name");
    String role =
        switch (message.getRole()) {
          case ROLE_SYSTEM, ROLE_DEVELOPER -> "system";
          case ROLE_USER -> "user";
          case ROLE_ASSISTANT -> "assistant";
          case ROLE_TOOL -> throw invalid(path + ".role", "a local model takes no tool results");
          case ROLE_UNSPECIFIED, UNRECOGNIZED ->
              throw invalid(path + ".role", "missing (expected: system, user or assistant)");
        };
    refuse(message.getToolCallsCount() > 0, path + ".tool_calls", "not known to a local model");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < message.getContentCount(); i++) {
      ContentPart part = message.getContent(i);
      String where = path + ".content[" + i + "]";
      dropped.addIf(part.hasCacheTtl(), where + ".cache_ttl");
      switch (part.getPartCase()) {
        case TEXT -> text.append(part.getText());
        case REFUSAL -> text.append(part.getRefusal());
        case REASONING -> dropped.add(where + ".reasoning");
        case IMAGE -> throw invalid(where + ".image", "a local model reads text only");
        case DOCUMENT -> throw invalid(where + ".document", "a local model reads text only");
        case PART_NOT_SET -> throw invalid(where, "an empty part");
      }
    }
    return new ChatTemplate.Turn(role, text.toString());
  }

  private static Sampling sampling(ChatRequest request, Sampling defaults, long seed) {
    double temperature =
        request.hasTemperature() ? request.getTemperature() : defaults.temperature();
    double topP = request.hasTopP() ? request.getTopP() : defaults.topP();
    refuse(
        !(temperature >= 0 && temperature <= 2), "temperature", temperature + " (expected: 0..2)");
    refuse(!(topP >= 0 && topP <= 1), "top_p", topP + " (expected: 0..1)");
    int topK = request.hasTopK() ? request.getTopK() : defaults.topK();
    refuse(topK < 0, "top_k", topK + " (expected: 1 or more)");
    return new Sampling(
        temperature, topP, topK, seed, request.getFrequencyPenalty(), request.getPresencePenalty());
  }
}
