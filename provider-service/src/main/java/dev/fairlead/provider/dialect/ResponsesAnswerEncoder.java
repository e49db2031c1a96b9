package dev.fairlead.provider.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.dialect.BlockSequence.Kind;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** OpenAI's response and its events. The last event carries the whole response once more. */
final class ResponsesAnswerEncoder implements AnswerEncoder {

  private static final String ID = "resp_";

  private final AnswerHead head;
  private final ResponseEvents events;
  private final BlockSequence blocks;
  private boolean begun;

  ResponsesAnswerEncoder(AnswerHead head) {
    this.head = head;
    this.events = new ResponseEvents(head);
    this.blocks = new BlockSequence(events);
  }

  @Override
  public ByteString body(ChatResponse response, TokenUsage usage) {
    Choice choice =
        response.getChoicesCount() > 0 ? response.getChoices(0) : Choice.getDefaultInstance();
    Message message = choice.getMessage();
    List<OutputItem> items = new ArrayList<>();
    for (ContentPart part : message.getContentList()) {
      switch (part.getPartCase()) {
        case TEXT -> items.add(item(items, Kind.TEXT).text(part.getText()));
        case REFUSAL -> items.add(item(items, Kind.REFUSAL).text(part.getRefusal()));
        case REASONING ->
            items.add(
                item(items, Kind.REASONING)
                    .text(part.getReasoning().getText())
                    .signature(part.getReasoning().getSignature()));
        case IMAGE, DOCUMENT, PART_NOT_SET -> {
          // No model says such a thing in this contract.
        }
      }
    }
    for (int i = 0; i < message.getToolCallsCount(); i++) {
      items.add(
          item(items, Kind.TOOL_CALL)
              .call(message.getToolCalls(i).getId(), message.getToolCalls(i).getName(), i)
              .text(message.getToolCalls(i).getArgumentsJson()));
    }
    boolean refusal = message.getContentList().stream().anyMatch(ContentPart::hasRefusal);
    String id = AnswerBody.id(ID, response.getId(), head);
    long created = response.getCreatedEpochSeconds();
    String incomplete = Labels.incomplete(choice.getFinishReason(), refusal);
    return AnswerBody.of(json ->
        response(
            json,
            id,
            created > 0 ? created : head.createdEpochSeconds(),
            new Ending(incomplete, usage, items)));
  }

  private OutputItem item(List<OutputItem> before, Kind kind) {
    return new OutputItem(head, kind, before.size());
  }

  @Override
  public void delta(ChatDelta piece, EventWriter out) {
    begin(out);
    blocks.add(piece);
  }

  private void begin(EventWriter out) {
    events.to(out);
    if (!begun) {
      begun = true;
      events.control("response.created", this::opened);
      events.control("response.in_progress", this::opened);
    }
  }

  private void opened(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("response");
    response(json, ID + head.uniqueId(), head.createdEpochSeconds(), null);
    json.writeEndObject();
  }

  @Override
  public void end(TokenUsage usage, FinishReason reason, EventWriter out) {
    begin(out);
    blocks.end();
    FinishReason told =
        blocks.reason() == FinishReason.FINISH_REASON_UNSPECIFIED ? reason : blocks.reason();
    String incomplete = Labels.incomplete(told, blocks.refusal());
    events.control(
        incomplete.isEmpty() ? "response.completed" : "response.incomplete",
        json -> {
          json.writeObjectFieldStart("response");
          Ending ending = new Ending(incomplete, usage, events.items());
          response(json, ID + head.uniqueId(), head.createdEpochSeconds(), ending);
          json.writeEndObject();
        });
    out.flush();
  }

  /**
   * What is only known at the end.
   *
   * @param incomplete why it is not complete; empty when it is
   */
  private record Ending(String incomplete, TokenUsage usage, List<OutputItem> items) {}

  /** Every member that the document requires, and what the request asked for once more. */
  private void response(JsonGenerator json, String id, long created, @Nullable Ending ending)
      throws IOException {
    json.writeStringField("id", id);
    json.writeStringField("object", "response");
    json.writeNumberField("created_at", created);
    json.writeStringField("status", status(ending));
    json.writeNullField("error");
    if (ending == null || ending.incomplete().isEmpty()) {
      json.writeNullField("incomplete_details");
    } else {
      json.writeObjectFieldStart("incomplete_details");
      json.writeStringField("reason", ending.incomplete());
      json.writeEndObject();
    }
    RequestEcho echo = new RequestEcho(json, head);
    echo.member("instructions", "null");
    echo.member("max_output_tokens", "null");
    echo.member("metadata", "{}");
    json.writeStringField("model", head.model());
    json.writeArrayFieldStart("output");
    if (ending != null) {
      for (OutputItem item : ending.items()) {
        json.writeStartObject();
        item.whole(json);
        json.writeEndObject();
      }
    }
    json.writeEndArray();
    echo.member("parallel_tool_calls", "true");
    json.writeNullField("previous_response_id");
    json.writeBooleanField("store", false);
    echo.member("temperature", "null");
    echo.member("tool_choice", "\"auto\"");
    echo.tools();
    echo.member("top_p", "null");
    echo.members("reasoning", "text", "user", "prompt_cache_key", "safety_identifier");
    if (ending != null) {
      UsageJson.responses(json, ending.usage());
    }
  }

  private static String status(@Nullable Ending ending) {
    if (ending == null) {
      return "in_progress";
    }
    return ending.incomplete().isEmpty() ? "completed" : "incomplete";
  }
}
