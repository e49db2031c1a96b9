package dev.fairlead.provider.mock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.PromptText;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.RawRequest;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the mock looks at in a request.
 *
 * @param all every word of it
 * @param question the last line of it
 * @param maxTokens 0 means no bound
 * @param choices how many answers are wanted
 * @param tool the tool that must be called; null when none must
 * @param jsonSchema schema of the answer as JSON, {@code {}} for any object; null for text
 */
record MockPrompt(
    String all,
    String question,
    int maxTokens,
    int choices,
    @Nullable String tool,
    @Nullable String jsonSchema) {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_CHOICES = 128;

  static MockPrompt of(ModelCall call) {
    String all = PromptText.of(call.form());
    MockPrompt prompt =
        switch (call.form()) {
          case RequestForm.Raw raw -> raw(raw.request(), all);
          case RequestForm.Typed typed -> typed(typed.request(), all);
        };
    int bound = call.maxOutputTokens();
    if (bound == 0 || (prompt.maxTokens > 0 && prompt.maxTokens <= bound)) {
      return prompt;
    }
    return new MockPrompt(
        prompt.all, prompt.question, bound, prompt.choices, prompt.tool, prompt.jsonSchema);
  }

  private static MockPrompt raw(RawRequest request, String all) {
    JsonNode root;
    try {
      root = JSON.readTree(request.getBody().toByteArray());
    } catch (IOException e) {
      throw Failure.InvalidRequest.of("raw.body", "raw.body: not valid JSON").asException();
    }
    JsonNode messages = root.path("messages");
    String question =
        messages.isArray()
            ? words(messages.path(messages.size() - 1).path("content"))
            : words(root.path("prompt"));
    int max = root.path("max_completion_tokens").asInt(root.path("max_tokens").asInt(0));
    JsonNode choice = root.path("tool_choice");
    String tool = choice.path("function").path("name").asText(null);
    if (tool == null && choice.asText().equals("required")) {
      tool = root.path("tools").path(0).path("function").path("name").asText(null);
    }
    JsonNode format = root.path("response_format");
    String schema =
        switch (format.path("type").asText()) {
          case "json_schema" -> format.path("json_schema").path("schema").toString();
          case "json_object" -> "{}";
          default -> null;
        };
    int choices = Math.clamp(root.path("n").asInt(1), 1, MOST_CHOICES);
    return new MockPrompt(all, question, Math.max(0, max), choices, tool, schema);
  }

  private static String words(JsonNode content) {
    if (content.isTextual()) {
      return content.textValue();
    }
    StringBuilder words = new StringBuilder();
    for (JsonNode part : content) {
      words.append(part.isTextual() ? part.textValue() : part.path("text").asText("")).append(' ');
    }
    return words.toString().trim();
  }

  private static MockPrompt typed(ChatRequest request, String all) {
    List<String> lines = all.lines().toList();
    String tool =
        request.getToolChoice().hasToolName() ? request.getToolChoice().getToolName() : null;
    if (tool == null
        && request.getToolChoice().getMode().equals("required")
        && request.getToolsCount() > 0) {
      tool = request.getTools(0).getName();
    }
    String schema = null;
    if (request.getResponseFormat().hasJsonSchema()) {
      schema = request.getResponseFormat().getJsonSchema().getSchemaJson();
    } else if (request.getResponseFormat().getJsonObject()) {
      schema = "{}";
    }
    return new MockPrompt(
        all,
        lines.isEmpty() ? "" : lines.getLast(),
        request.getMaxOutputTokens(),
        Math.clamp(request.getChoiceCount(), 1, MOST_CHOICES),
        tool,
        schema);
  }
}
