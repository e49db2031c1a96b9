package dev.fairlead.provider.anthropic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.fairlead.provider.sse.RecurringEvent;
import dev.fairlead.provider.usage.GeneratedText;
import dev.fairlead.v1.FinishReason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads, beside the bytes that pass through, what must be known of an answer: usage, stop reason,
 * whether there is content, the text, an error. Fed with the whole answer or with one event after
 * another. Streaming parser, no tree. Not thread-safe.
 */
final class MessageScan {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(64 << 20).build())
          .build();

  /** The event that tells a piece of a block; of those only pieces of text recur as a whole. */
  private static final String TEXT_EVENT = "content_block_delta";

  private final UsageTally usage = new UsageTally();
  private final GeneratedText generated = new GeneratedText();
  private final RecurringEvent recurring = new RecurringEvent();
  private @Nullable FinishReason finishReason;

  // Of the document read last.
  private String type = "";
  private @Nullable VendorError error;
  private boolean content;
  private boolean blocks;

  /** Reads one JSON document; one that is not a well-formed object is an exception. */
  void read(byte[] json, int from, int to) throws IOException {
    if (recurring.matches(json, from, to)) {
      type = TEXT_EVENT;
      error = null;
      blocks = false;
      content = generated.add(recurring.text());
      return;
    }
    recurring.parsing();
    type = "";
    error = null;
    content = false;
    blocks = false;
    try (JsonParser parser = JSON.createParser(json, from, to - from)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a JSON object");
      }
      message(parser);
      if (parser.nextToken() != null) {
        throw new IOException("more than one JSON document");
      }
    }
    if (type.equals(TEXT_EVENT)) {
      recurring.learn(json, from, to);
    }
  }

  /** The {@code type} of the last document; empty when it has none. */
  String type() {
    return type;
  }

  /** The error of the last document. */
  @Nullable VendorError error() {
    return error;
  }

  /** Whether the last document carries generated content. */
  boolean content() {
    return content;
  }

  /** Whether the last document has a {@code content} array, as a whole answer has. */
  boolean blocks() {
    return blocks;
  }

  UsageTally usage() {
    return usage;
  }

  /** Whether the answer has said why it ended. */
  boolean finished() {
    return finishReason != null;
  }

  FinishReason finishReason() {
    return finishReason == null ? FinishReason.FINISH_REASON_UNSPECIFIED : finishReason;
  }

  /** What has been generated so far. */
  GeneratedText generated() {
    return generated;
  }

  /** The members of an answer, of an event, and of the message in {@code message_start}. */
  private void message(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.START_OBJECT) {
        switch (name) {
          case "message" -> {
            recurring.unfit();
            String outer = type;
            message(parser);
            type = outer;
          }
          case "usage" -> {
            recurring.unfit();
            usage.read(parser);
          }
          case "delta", "content_block" -> block(parser);
          case "error" -> {
            recurring.unfit();
            error = error(parser);
          }
          default -> parser.skipChildren();
        }
      } else if (token == JsonToken.START_ARRAY && name.equals("content")) {
        recurring.unfit();
        blocks = true;
        while (parser.nextToken() == JsonToken.START_OBJECT) {
          block(parser);
        }
      } else if (token == JsonToken.VALUE_STRING && name.equals("type")) {
        type = parser.getText();
      } else if (token == JsonToken.VALUE_STRING && name.equals("stop_reason")) {
        finish(parser);
      } else {
        parser.skipChildren();
      }
    }
  }

  /** A content block, or a delta of one; the name of a member says enough. */
  private void block(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.VALUE_STRING) {
        switch (name) {
          case "text" -> text(parser);
          case "thinking", "partial_json", "name", "data" -> beside(parser.getTextLength());
          case "stop_reason" -> finish(parser);
          default -> {
            // Types, ids and signatures are not generated text.
          }
        }
      } else if (token == JsonToken.START_OBJECT && name.equals("input")) {
        long before = parser.currentLocation().getByteOffset();
        parser.skipChildren();
        beside(Math.max(0, parser.currentLocation().getByteOffset() - before - 1));
      } else {
        parser.skipChildren();
      }
    }
  }

  private void text(JsonParser parser) throws IOException {
    content |=
        generated.add(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
    if (recurring.isAsking()) {
      recurring.textEnds(parser.currentLocation().getByteOffset() - 1);
    }
  }

  private void finish(JsonParser parser) throws IOException {
    recurring.unfit();
    finishReason = StopReasons.of(parser.getText());
  }

  private void beside(long characters) {
    recurring.unfit();
    content |= generated.addBeside(characters);
  }

  private static VendorError error(JsonParser parser) throws IOException {
    String type = null;
    String message = null;
    String code = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.VALUE_STRING) {
        switch (name) {
          case "type" -> type = parser.getText();
          case "message" -> message = parser.getText();
          default -> {
            // Not for us.
          }
        }
      } else if (token == JsonToken.START_OBJECT && name.equals("details")) {
        code = code(parser);
      } else {
        parser.skipChildren();
      }
    }
    return new VendorError(type, message, code);
  }

  private static @Nullable String code(JsonParser parser) throws IOException {
    String code = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean named = parser.currentName().equals("error_code");
      if (parser.nextToken() == JsonToken.VALUE_STRING && named) {
        code = parser.getText();
      } else {
        parser.skipChildren();
      }
    }
    return code;
  }
}
