package dev.fairlead.provider.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import dev.fairlead.provider.dialect.BlockSequence.Kind;
import java.io.IOException;

/** One item of a response's {@code output}, as it grows. Not thread-safe. */
final class OutputItem {

  private final AnswerHead head;
  private final Kind kind;
  private final int position;
  private final StringBuilder text = new StringBuilder();
  private String callId = "";
  private String name = "";
  private ByteString signature = ByteString.EMPTY;

  OutputItem(AnswerHead head, Kind kind, int position) {
    this.head = head;
    this.kind = kind;
    this.position = position;
  }

  /** The call that it is; {@code index} makes an id for one that has none. */
  OutputItem call(String givenId, String calledName, int index) {
    callId = AnswerBody.callId("call_", givenId, head, index);
    name = calledName;
    return this;
  }

  OutputItem text(String piece) {
    text.append(piece);
    return this;
  }

  OutputItem signature(ByteString given) {
    signature = given;
    return this;
  }

  Kind kind() {
    return kind;
  }

  int position() {
    return position;
  }

  String name() {
    return name;
  }

  String text() {
    return text.toString();
  }

  String id() {
    String prefix =
        switch (kind) {
          case TEXT, REFUSAL -> "msg_";
          case REASONING -> "rs_";
          case TOOL_CALL -> "fc_";
        };
    return prefix + head.uniqueId() + position;
  }

  /** Its members before anything has been said. */
  void opened(JsonGenerator json) throws IOException {
    members(json, true);
  }

  /** Its members at the end. */
  void whole(JsonGenerator json) throws IOException {
    members(json, false);
  }

  private void members(JsonGenerator json, boolean empty) throws IOException {
    json.writeStringField("id", id());
    switch (kind) {
      case TEXT, REFUSAL -> {
        json.writeStringField("type", "message");
        json.writeStringField("status", empty ? "in_progress" : "completed");
        json.writeStringField("role", "assistant");
        json.writeArrayFieldStart("content");
        if (!empty) {
          part(json, false);
        }
        json.writeEndArray();
      }
      case REASONING -> {
        json.writeStringField("type", "reasoning");
        json.writeArrayFieldStart("summary");
        if (!empty && !text.isEmpty()) {
          part(json, false);
        }
        json.writeEndArray();
        if (!empty && !signature.isEmpty()) {
          json.writeStringField("encrypted_content", signature.toStringUtf8());
        }
      }
      case TOOL_CALL -> {
        json.writeStringField("type", "function_call");
        json.writeStringField("status", empty ? "in_progress" : "completed");
        json.writeStringField("call_id", callId);
        json.writeStringField("name", name);
        json.writeStringField("arguments", empty ? "" : text());
      }
    }
  }

  /** The one part of a message, or of a summary, as an object. */
  void part(JsonGenerator json, boolean empty) throws IOException {
    String said = empty ? "" : text();
    json.writeStartObject();
    switch (kind) {
      case TEXT -> {
        json.writeStringField("type", "output_text");
        json.writeStringField("text", said);
        emptyArray(json, "annotations");
        emptyArray(json, "logprobs");
      }
      case REFUSAL -> {
        json.writeStringField("type", "refusal");
        json.writeStringField("refusal", said);
      }
      case REASONING, TOOL_CALL -> {
        json.writeStringField("type", "summary_text");
        json.writeStringField("text", said);
      }
    }
    json.writeEndObject();
  }

  static void emptyArray(JsonGenerator json, String name) throws IOException {
    json.writeArrayFieldStart(name);
    json.writeEndArray();
  }
}
