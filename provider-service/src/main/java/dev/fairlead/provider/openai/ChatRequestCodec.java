package dev.fairlead.provider.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ThinkingWish;
import dev.fairlead.provider.call.TypedRequest;
import dev.fairlead.provider.openai.Quirks.Trait;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Document;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.ResponseFormat;
import dev.fairlead.v1.Tool;
import dev.fairlead.v1.ToolCall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A typed request as OpenAI's chat JSON. What the dialect has no place for is left out and noted:
 * thoughts of earlier turns, that a tool failed, marks for caches, a budget of tokens for thinking.
 * Pure.
 */
final class ChatRequestCodec {

  private static final JsonFactory JSON = new JsonFactory();

  private final JsonGenerator json;
  private final boolean developerRole;
  private final boolean reasoningBack;
  private final Unwelcome unwelcome;
  private final DroppedFields dropped;
  private final Set<String> written = new HashSet<>();

  private ChatRequestCodec(JsonGenerator json, Quirks quirks, DroppedFields dropped) {
    this.json = json;
    this.developerRole = quirks.has(Trait.DEVELOPER_ROLE);
    this.reasoningBack = quirks.has(Trait.REASONING_BACK);
    this.unwelcome = Unwelcome.at(quirks);
    this.dropped = dropped;
  }

  static byte[] encode(ChatRequest request, ModelCall call, Quirks quirks, DroppedFields dropped) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    try (JsonGenerator generator = JSON.createGenerator(out)) {
      new ChatRequestCodec(generator, quirks, dropped).write(request, call, quirks);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private void write(ChatRequest request, ModelCall call, Quirks quirks) throws IOException {
    json.writeStartObject();
    field("model");
    json.writeString(call.model().upstream());
    field("messages");
    json.writeStartArray();
    messages(request.getMessagesList());
    json.writeEndArray();
    bound(request, call, quirks);
    sampling(request, quirks);
    tools(request);
    if (request.hasResponseFormat()) {
      responseFormat(request.getResponseFormat());
    }
    if (call.streamed()) {
      field("stream");
      json.writeBoolean(true);
      if (quirks.streamUsage()) {
        field("stream_options");
        json.writeStartObject();
        json.writeBooleanField("include_usage", true);
        json.writeEndObject();
      }
    }
    extensions(request.getExtensions());
    json.writeEndObject();
  }

  private void bound(ChatRequest request, ModelCall call, Quirks quirks) throws IOException {
    int bound = request.hasMaxOutputTokens() ? request.getMaxOutputTokens() : 0;
    if (call.maxOutputTokens() > 0) {
      bound = bound == 0 ? call.maxOutputTokens() : Math.min(bound, call.maxOutputTokens());
    }
    if (bound > 0) {
      field(quirks.maxTokensField());
      json.writeNumber(bound);
      written.addAll(List.of("max_tokens", "max_completion_tokens"));
    }
  }

  private void sampling(ChatRequest request, Quirks quirks) throws IOException {
    if (request.hasTemperature()) {
      number("temperature", request.getTemperature());
    }
    if (request.hasTopP()) {
      number("top_p", request.getTopP());
    }
    if (request.hasTopK()) {
      field("top_k");
      json.writeNumber(request.getTopK());
    }
    if (request.hasSeed()) {
      field(quirks.seedField());
      json.writeNumber(request.getSeed());
    }
    if (request.getStopCount() > 0) {
      field("stop");
      json.writeArray(request.getStopList().toArray(String[]::new), 0, request.getStopCount());
    }
    if (request.hasFrequencyPenalty()) {
      number("frequency_penalty", request.getFrequencyPenalty());
    }
    if (request.hasPresencePenalty()) {
      number("presence_penalty", request.getPresencePenalty());
    }
    if (request.getChoiceCount() > 1 && quirks.has(Trait.ONE_CHOICE)) {
      throw quirks.refusal("n", "more than one choice");
    }
    if (request.hasChoiceCount()) {
      field("n");
      json.writeNumber(request.getChoiceCount());
    }
    probabilities(request, quirks);
    effort(request);
    if (unwelcome.members().contains("user")) {
      dropped.addIf(request.hasUser(), "user");
    } else if (request.hasUser()) {
      field("user");
      json.writeString(request.getUser());
    }
  }

  private void probabilities(ChatRequest request, Quirks quirks) throws IOException {
    if (unwelcome.logprobs()) {
      if (request.getLogprobs() || request.getTopLogprobs() > 0) {
        throw quirks.refusal("logprobs", "probabilities of tokens");
      }
      return;
    }
    if (request.hasLogprobs()) {
      field("logprobs");
      json.writeBoolean(request.getLogprobs());
    }
    if (request.hasTopLogprobs()) {
      field("top_logprobs");
      json.writeNumber(request.getTopLogprobs());
    }
  }

  /** The dialect has words only; a budget alone is told by the word for it. */
  private void effort(ChatRequest request) throws IOException {
    int budget = request.getReasoningBudgetTokens();
    dropped.addIf(budget > 0, "reasoning_budget_tokens");
    if (request.hasReasoningEffort() || budget > 0) {
      field("reasoning_effort");
      json.writeString(
          request.hasReasoningEffort() ? request.getReasoningEffort() : ThinkingWish.word(budget));
    }
  }

  private void number(String name, double value) throws IOException {
    field(name);
    json.writeNumber(value);
  }

  /**
   * What tools show, other than text, follows their results as a user's turn: the dialect knows
   * text alone there.
   */
  private void messages(List<Message> messages) throws IOException {
    List<ContentPart> shown = new ArrayList<>(0);
    for (int i = 0; i < messages.size(); i++) {
      Message message = messages.get(i);
      notice("messages[" + i + "]", message);
      if (message.getRole() == Message.Role.ROLE_TOOL) {
        List<ContentPart> said = new ArrayList<>(1);
        for (ContentPart part : message.getContentList()) {
          (part.hasImage() || part.hasDocument() ? shown : said).add(part);
        }
        message(message, said);
      } else {
        shown(shown);
        message(message, message.getContentList());
      }
    }
    shown(shown);
  }

  private void notice(String at, Message message) {
    dropped.addIf(message.getToolError(), at + ".tool_error");
    dropped.addIf(message.hasName() && nameless(message), at + ".name");
    for (int i = 0; i < message.getContentCount(); i++) {
      ContentPart part = message.getContent(i);
      if (part.hasReasoning() || part.hasCacheTtl()) {
        String where = at + ".content[" + i + "]";
        boolean told = reasoningBack && !part.getReasoning().getText().isEmpty();
        dropped.addIf(part.hasReasoning() && !told, where + ".reasoning");
        dropped.addIf(part.hasCacheTtl(), where + ".cache_ttl");
      }
    }
    for (int i = 0; i < message.getToolCallsCount(); i++) {
      if (!message.getToolCalls(i).getSignature().isEmpty()) {
        dropped.add(at + ".tool_calls[" + i + "].signature");
      }
    }
  }

  private boolean nameless(Message message) {
    return unwelcome.ofMessages().contains("name") && message.getRole() != Message.Role.ROLE_TOOL;
  }

  private void shown(List<ContentPart> parts) throws IOException {
    if (!parts.isEmpty()) {
      message(Message.newBuilder().setRole(Message.Role.ROLE_USER).build(), parts);
      parts.clear();
    }
  }

  /** Without reasoning: the dialect takes none back, but for some servers. */
  private void message(Message message, List<ContentPart> all) throws IOException {
    List<ContentPart> parts =
        all.stream().noneMatch(ContentPart::hasReasoning)
            ? all
            : all.stream().filter(part -> !part.hasReasoning()).toList();
    json.writeStartObject();
    json.writeStringField("role", role(message.getRole()));
    if (parts.isEmpty() && message.getToolCallsCount() == 0) {
      json.writeStringField("content", "");
    } else {
      content(parts);
    }
    if (reasoningBack && message.getRole() == Message.Role.ROLE_ASSISTANT) {
      reasoning(message);
    }
    if (message.getToolCallsCount() > 0) {
      json.writeArrayFieldStart("tool_calls");
      for (ToolCall call : message.getToolCallsList()) {
        toolCall(call);
      }
      json.writeEndArray();
    }
    if (message.hasToolCallId()) {
      json.writeStringField("tool_call_id", message.getToolCallId());
    }
    if (message.hasName() && !nameless(message)) {
      json.writeStringField("name", message.getName());
    }
    json.writeEndObject();
  }

  /** Of a turn with calls also when there is none: its absence is what is refused. */
  private void reasoning(Message message) throws IOException {
    StringBuilder text = new StringBuilder();
    message.getContentList().forEach(part -> text.append(part.getReasoning().getText()));
    if (!text.isEmpty() || message.getToolCallsCount() > 0) {
      json.writeStringField("reasoning_content", text.toString());
    }
  }

  /** One text as a plain string, which every server understands; several as parts. */
  private void content(List<ContentPart> parts) throws IOException {
    if (parts.isEmpty()) {
      json.writeNullField("content");
    } else if (parts.size() == 1 && parts.getFirst().hasText()) {
      json.writeStringField("content", parts.getFirst().getText());
    } else {
      json.writeArrayFieldStart("content");
      for (ContentPart part : parts) {
        part(part);
      }
      json.writeEndArray();
    }
  }

  private void part(ContentPart part) throws IOException {
    switch (part.getPartCase()) {
      case TEXT -> typed("text", part.getText());
      case REFUSAL -> typed("refusal", part.getRefusal());
      case IMAGE -> image(part.getImage());
      case DOCUMENT -> file(part.getDocument());
      case REASONING -> {
        // Left out before.
      }
      case PART_NOT_SET ->
          throw Failure.InvalidRequest.of("messages.content", "messages.content: an empty part")
              .asException();
    }
  }

  private void typed(String type, String text) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", type);
    json.writeStringField(type, text);
    json.writeEndObject();
  }

  private void image(Image image) throws IOException {
    String url =
        image.hasUrl()
            ? image.getUrl()
            : dataUrl(
                image.getMediaType(),
                Base64.getEncoder().encodeToString(image.getData().toByteArray()));
    json.writeStartObject();
    json.writeStringField("type", "image_url");
    json.writeObjectFieldStart("image_url");
    json.writeStringField("url", url);
    if (image.hasDetail()) {
      json.writeStringField("detail", image.getDetail());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  /** By value; the dialect has no place for an address. */
  private void file(Document document) throws IOException {
    TypedRequest.InlineImage inline = TypedRequest.inline("messages.content.document", document);
    if (inline == null) {
      throw TypedRequest.refused(
          "messages.content.document", "an address (expected: the document by value)");
    }
    String url =
        document.hasUrl()
            ? document.getUrl()
            : dataUrl(inline.mediaType(), Base64.getEncoder().encodeToString(inline.bytes()));
    json.writeStartObject();
    json.writeStringField("type", "file");
    json.writeObjectFieldStart("file");
    json.writeStringField("filename", document.hasName() ? document.getName() : "document");
    json.writeStringField("file_data", url);
    json.writeEndObject();
    json.writeEndObject();
  }

  private static String dataUrl(String mediaType, String base64) {
    return "data:" + mediaType + ";base64," + base64;
  }

  private void toolCall(ToolCall call) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", call.getId());
    json.writeStringField("type", "function");
    json.writeObjectFieldStart("function");
    json.writeStringField("name", call.getName());
    json.writeStringField("arguments", call.getArgumentsJson());
    json.writeEndObject();
    json.writeEndObject();
  }

  /** Choices among no tools are refused by OpenAI, and say nothing. */
  private void tools(ChatRequest request) throws IOException {
    if (request.getToolsCount() == 0) {
      return;
    }
    field("tools");
    json.writeStartArray();
    for (int i = 0; i < request.getToolsCount(); i++) {
      tool(request.getTools(i));
      dropped.addIf(request.getTools(i).hasCacheTtl(), "tools[" + i + "].cache_ttl");
    }
    json.writeEndArray();
    if (request.hasToolChoice()) {
      field("tool_choice");
      if (request.getToolChoice().hasToolName()) {
        json.writeStartObject();
        json.writeStringField("type", "function");
        json.writeObjectFieldStart("function");
        json.writeStringField("name", request.getToolChoice().getToolName());
        json.writeEndObject();
        json.writeEndObject();
      } else {
        json.writeString(request.getToolChoice().getMode());
      }
    }
    if (request.hasParallelToolCalls()) {
      field("parallel_tool_calls");
      json.writeBoolean(request.getParallelToolCalls());
    }
  }

  private void tool(Tool tool) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "function");
    json.writeObjectFieldStart("function");
    json.writeStringField("name", tool.getName());
    if (tool.hasDescription()) {
      json.writeStringField("description", tool.getDescription());
    }
    if (!tool.getParametersJsonSchema().isEmpty()) {
      json.writeFieldName("parameters");
      embedded("tools.parameters_json_schema", tool.getParametersJsonSchema());
    }
    if (tool.hasStrict()) {
      json.writeBooleanField("strict", tool.getStrict());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private void responseFormat(ResponseFormat format) throws IOException {
    field("response_format");
    json.writeStartObject();
    if (format.hasJsonSchema()) {
      json.writeStringField("type", "json_schema");
      json.writeObjectFieldStart("json_schema");
      json.writeStringField("name", format.getJsonSchema().getName());
      json.writeFieldName("schema");
      embedded("response_format.json_schema.schema_json", format.getJsonSchema().getSchemaJson());
      if (format.getJsonSchema().hasStrict()) {
        json.writeBooleanField("strict", format.getJsonSchema().getStrict());
      }
      json.writeEndObject();
    } else {
      json.writeStringField("type", format.getJsonObject() ? "json_object" : "text");
    }
    json.writeEndObject();
  }

  /**
   * JSON text inside a typed field: checked, so that it cannot break out of its place, and written
   * as it is, so that no number loses a digit.
   */
  private void embedded(String param, String text) throws IOException {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() == null) {
        throw Failure.InvalidRequest.of(param, param + ": empty (expected: a JSON schema)")
            .asException();
      }
      parser.skipChildren();
      if (parser.nextToken() != null) {
        throw Failure.InvalidRequest.of(param, param + ": more than one JSON value").asException();
      }
      json.writeRawValue(text);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw Failure.InvalidRequest.of(param, param + ": not valid JSON").asException();
    }
  }

  private void extensions(Struct extensions) throws IOException {
    for (Map.Entry<String, Value> member : extensions.getFieldsMap().entrySet()) {
      if (unwelcome.members().contains(member.getKey())) {
        dropped.add(member.getKey());
      } else if (!written.contains(member.getKey()) && !member.getKey().equals("fairlead")) {
        json.writeFieldName(member.getKey());
        value(member.getValue());
      }
    }
  }

  private void value(Value value) throws IOException {
    switch (value.getKindCase()) {
      case NULL_VALUE, KIND_NOT_SET -> json.writeNull();
      case BOOL_VALUE -> json.writeBoolean(value.getBoolValue());
      case STRING_VALUE -> json.writeString(value.getStringValue());
      case NUMBER_VALUE -> {
        double number = value.getNumberValue();
        if (number == Math.rint(number) && Math.abs(number) < 1e15) {
          json.writeNumber((long) number);
        } else {
          json.writeNumber(number);
        }
      }
      case STRUCT_VALUE -> {
        json.writeStartObject();
        for (Map.Entry<String, Value> member : value.getStructValue().getFieldsMap().entrySet()) {
          json.writeFieldName(member.getKey());
          value(member.getValue());
        }
        json.writeEndObject();
      }
      case LIST_VALUE -> {
        json.writeStartArray();
        for (Value item : value.getListValue().getValuesList()) {
          value(item);
        }
        json.writeEndArray();
      }
    }
  }

  private void field(String name) throws IOException {
    written.add(name);
    json.writeFieldName(name);
  }

  private String role(Message.Role role) {
    return switch (role) {
      case ROLE_SYSTEM -> "system";
      case ROLE_DEVELOPER -> developerRole ? "developer" : "system";
      case ROLE_USER -> "user";
      case ROLE_ASSISTANT -> "assistant";
      case ROLE_TOOL -> "tool";
      case ROLE_UNSPECIFIED, UNRECOGNIZED ->
          throw Failure.InvalidRequest.of("messages.role", "messages.role: not set").asException();
    };
  }
}
