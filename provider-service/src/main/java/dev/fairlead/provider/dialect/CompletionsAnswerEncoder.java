package dev.fairlead.provider.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.RawEvents;
import java.io.IOException;
import java.util.BitSet;

/**
 * OpenAI's legacy answer and chunks: text, and a refusal's text; there is no place for the rest.
 */
final class CompletionsAnswerEncoder implements AnswerEncoder {

  private static final String ID = "cmpl-";

  private final AnswerHead head;
  private final BitSet ended = new BitSet();

  CompletionsAnswerEncoder(AnswerHead head) {
    this.head = head;
  }

  @Override
  public ByteString body(ChatResponse response, TokenUsage usage) {
    return AnswerBody.of(json -> {
      head(json, AnswerBody.id(ID, response.getId(), head));
      json.writeArrayFieldStart("choices");
      for (Choice choice : response.getChoicesList()) {
        StringBuilder text = new StringBuilder();
        for (ContentPart part : choice.getMessage().getContentList()) {
          text.append(part.getText()).append(part.getRefusal());
        }
        String reason = Labels.completions(choice.getFinishReason());
        choice(json, choice.getIndex(), text.toString(), reason);
      }
      json.writeEndArray();
      UsageJson.chat(json, usage);
    });
  }

  @Override
  public void delta(ChatDelta piece, EventWriter out) {
    int choice = piece.getChoiceIndex();
    switch (piece.getDeltaCase()) {
      case TEXT -> out.content(json -> chunk(json, choice, piece.getText(), ""));
      case REFUSAL -> out.content(json -> chunk(json, choice, piece.getRefusal(), ""));
      case FINISH_REASON -> finish(choice, piece.getFinishReason(), out);
      case REASONING, REASONING_SIGNATURE, TOOL_CALL, DELTA_NOT_SET -> {}
    }
  }

  private void finish(int choice, FinishReason reason, EventWriter out) {
    ended.set(choice);
    out.control(json -> chunk(json, choice, "", Labels.completions(reason)));
  }

  @Override
  public void end(TokenUsage usage, FinishReason reason, EventWriter out) {
    if (ended.isEmpty()) {
      finish(0, reason, out);
    }
    out.flush();
    out.control(json -> {
      head(json, ID + head.uniqueId());
      json.writeArrayFieldStart("choices");
      json.writeEndArray();
      UsageJson.chat(json, usage);
    });
    out.flushAs(RawEvents.Kind.KIND_USAGE);
  }

  private void chunk(JsonGenerator json, int index, String text, String reason) throws IOException {
    head(json, ID + head.uniqueId());
    json.writeArrayFieldStart("choices");
    choice(json, index, text, reason);
    json.writeEndArray();
  }

  private void head(JsonGenerator json, String id) throws IOException {
    json.writeStringField("id", id);
    json.writeStringField("object", "text_completion");
    json.writeNumberField("created", head.createdEpochSeconds());
    json.writeStringField("model", head.model());
  }

  private static void choice(JsonGenerator json, int index, String text, String reason)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("text", text);
    json.writeNumberField("index", index);
    json.writeNullField("logprobs");
    if (reason.isEmpty()) {
      json.writeNullField("finish_reason");
    } else {
      json.writeStringField("finish_reason", reason);
    }
    json.writeEndObject();
  }
}
