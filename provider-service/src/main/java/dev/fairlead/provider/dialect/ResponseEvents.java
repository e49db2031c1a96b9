package dev.fairlead.provider.dialect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import dev.fairlead.provider.dialect.BlockSequence.Kind;
import dev.fairlead.v1.ToolCallDelta;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Blocks as the numbered events of output items. What a model thinks is told as a summary, which is
 * what clients of the dialect show. Not thread-safe.
 */
final class ResponseEvents implements BlockSequence.Sink {

  private final AnswerHead head;
  private final List<OutputItem> items = new ArrayList<>();
  private @Nullable EventWriter out;
  private boolean partOpen;
  private int sequence;

  ResponseEvents(AnswerHead head) {
    this.head = head;
  }

  /** Where the next events go. */
  void to(EventWriter writer) {
    out = writer;
  }

  /** Everything so far. */
  List<OutputItem> items() {
    return items;
  }

  void control(String name, EventWriter.Members members) {
    writer().control(name, numbered(members));
  }

  private void content(String name, EventWriter.Members members) {
    writer().content(name, numbered(members));
  }

  private EventWriter writer() {
    return Objects.requireNonNull(out);
  }

  private EventWriter.Members numbered(EventWriter.Members members) {
    return json -> {
      json.writeNumberField("sequence_number", sequence++);
      members.write(json);
    };
  }

  @Override
  public void open(Kind kind, ToolCallDelta call) {
    OutputItem item = new OutputItem(head, kind, items.size());
    if (kind == Kind.TOOL_CALL) {
      item.call(call.getId(), call.getName(), call.getIndex());
    }
    items.add(item);
    EventWriter.Members added =
        json -> {
          json.writeNumberField("output_index", item.position());
          json.writeObjectFieldStart("item");
          item.opened(json);
          json.writeEndObject();
        };
    if (kind == Kind.TOOL_CALL) {
      content("response.output_item.added", added);
      return;
    }
    control("response.output_item.added", added);
    part(item, true);
    partOpen = true;
  }

  private void part(OutputItem item, boolean empty) {
    String about =
        item.kind() == Kind.REASONING ? "response.reasoning_summary_part" : "response.content_part";
    control(
        about + (empty ? ".added" : ".done"),
        json -> {
          place(json, item);
          json.writeFieldName("part");
          item.part(json, empty);
        });
  }

  private static void place(JsonGenerator json, OutputItem item) throws IOException {
    json.writeStringField("item_id", item.id());
    json.writeNumberField("output_index", item.position());
    switch (item.kind()) {
      case TEXT, REFUSAL -> json.writeNumberField("content_index", 0);
      case REASONING -> json.writeNumberField("summary_index", 0);
      case TOOL_CALL -> {}
    }
  }

  private static String about(Kind kind) {
    return switch (kind) {
      case TEXT -> "response.output_text";
      case REFUSAL -> "response.refusal";
      case REASONING -> "response.reasoning_summary_text";
      case TOOL_CALL -> "response.function_call_arguments";
    };
  }

  @Override
  public void piece(Kind kind, String text) {
    OutputItem item = items.getLast().text(text);
    content(
        about(kind) + ".delta",
        json -> {
          place(json, item);
          json.writeStringField("delta", text);
          if (kind == Kind.TEXT) {
            OutputItem.emptyArray(json, "logprobs");
          }
        });
  }

  @Override
  public void signature(ByteString signature, boolean alone) {
    if (alone) {
      OutputItem item = new OutputItem(head, Kind.REASONING, items.size());
      items.add(item);
      control(
          "response.output_item.added",
          json -> {
            json.writeNumberField("output_index", item.position());
            json.writeObjectFieldStart("item");
            item.opened(json);
            json.writeEndObject();
          });
      item.signature(signature);
      done(item);
    } else {
      items.getLast().signature(signature);
    }
  }

  @Override
  public void close(Kind kind) {
    OutputItem item = items.getLast();
    control(
        about(kind) + ".done",
        json -> {
          place(json, item);
          switch (kind) {
            case TEXT -> {
              json.writeStringField("text", item.text());
              OutputItem.emptyArray(json, "logprobs");
            }
            case REFUSAL -> json.writeStringField("refusal", item.text());
            case REASONING -> json.writeStringField("text", item.text());
            case TOOL_CALL -> {
              json.writeStringField("name", item.name());
              json.writeStringField("arguments", item.text());
            }
          }
        });
    if (partOpen) {
      partOpen = false;
      part(item, false);
    }
    done(item);
  }

  private void done(OutputItem item) {
    control(
        "response.output_item.done",
        json -> {
          json.writeNumberField("output_index", item.position());
          json.writeObjectFieldStart("item");
          item.whole(json);
          json.writeEndObject();
        });
  }
}
