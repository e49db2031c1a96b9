package dev.fairlead.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fairlead.v1.FinishReason;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The same of OpenAI's Responses: of a whole answer, or of its events, whose last one repeats the
 * whole answer (platform.openai.com/docs/api-reference/responses, responses-streaming). Members of
 * a document may come in any order. Not thread-safe.
 */
final class ResponsesScan extends AnswerScan {

  private boolean everContent;
  private boolean called;
  private boolean refused;
  private boolean complete;

  // Of the document read last.
  private String type = "";
  private String status = "";
  private String reason = "";
  private String delta = "";
  private @Nullable String message;
  private @Nullable String code;

  @Override
  void read(byte[] json, int from, int to) throws IOException {
    type = "";
    status = "";
    reason = "";
    delta = "";
    message = null;
    code = null;
    super.read(json, from, to);
  }

  @Override
  boolean complete() {
    return complete;
  }

  @Override
  void member(JsonParser parser, String name) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_STRING) {
      switch (name) {
        case "type" -> type = parser.getText();
        case "delta" -> delta = parser.getText();
        case "partial_image_b64" -> beside(parser.getTextLength());
        case "message" -> message = parser.getText();
        case "code" -> code = parser.getText();
        default -> answer(parser, name, true);
      }
    } else if (token == JsonToken.START_OBJECT && name.equals("response")) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String inner = parser.currentName();
        parser.nextToken();
        answer(parser, inner, false);
      }
    } else if (token == JsonToken.START_OBJECT && name.equals("item")) {
      item(parser, false);
    } else {
      answer(parser, name, true);
    }
  }

  /** A member of the answer itself; the one in an event repeats texts that have been told. */
  private void answer(JsonParser parser, String name, boolean texts) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_STRING && name.equals("status")) {
      status = parser.getText();
    } else if (name.equals("error")) {
      errorHere(parser);
    } else if (token == JsonToken.START_OBJECT && name.equals("usage")) {
      usage(parser);
    } else if (token == JsonToken.START_OBJECT && name.equals("incomplete_details")) {
      reason = member(parser);
    } else if (token == JsonToken.START_ARRAY && name.equals("output")) {
      answered();
      while (parser.nextToken() == JsonToken.START_OBJECT) {
        item(parser, texts);
      }
    } else {
      parser.skipChildren();
    }
  }

  /** The text of the object's member {@code reason}. */
  private static String member(JsonParser parser) throws IOException {
    String text = "";
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean reason = parser.currentName().equals("reason");
      if (parser.nextToken() == JsonToken.VALUE_STRING && reason) {
        text = parser.getText();
      } else {
        parser.skipChildren();
      }
    }
    return text;
  }

  private void item(JsonParser parser, boolean texts) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.VALUE_STRING) {
        switch (name) {
          case "type" -> called |= parser.getText().equals("function_call");
          case "name", "arguments", "result" -> besideIf(texts, parser.getTextLength());
          default -> {
            // Ids, states and what is encrypted.
          }
        }
      } else if (token == JsonToken.START_ARRAY
          && (name.equals("content") || name.equals("summary"))) {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
          part(parser, texts);
        }
      } else {
        parser.skipChildren();
      }
    }
  }

  private void part(JsonParser parser, boolean texts) throws IOException {
    String kind = "";
    String said = "";
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        parser.skipChildren();
      } else if (name.equals("type")) {
        kind = parser.getText();
      } else if (name.equals("text") || name.equals("refusal")) {
        said = parser.getText();
      }
    }
    refused |= kind.equals("refusal");
    if (texts && kind.equals("output_text")) {
      take(said);
    } else {
      besideIf(texts, said.length());
    }
  }

  private void besideIf(boolean counts, int characters) {
    if (counts) {
      beside(characters);
    }
  }

  @Override
  void documentRead() {
    switch (type) {
      case "response.output_text.delta" -> take(delta);
      case "response.completed", "response.incomplete" -> {
        complete = true;
        finish();
      }
      case "response.failed" -> {
        complete = true;
        failUnlessSaid("the answer failed");
      }
      case "error" -> failUnlessSaid(message == null ? "an error" : message);
      case "response.output_item.done" -> besideIf(!everContent, 1);
      case "" -> {
        if (status.equals("failed")) {
          failUnlessSaid("the answer failed");
        }
        finish();
      }
      default -> {
        refused |= type.startsWith("response.refusal");
        besideIf(type.endsWith(".delta"), delta.length());
      }
    }
    everContent |= content();
  }

  private void failUnlessSaid(String words) {
    if (error() == null) {
      fail(new VendorError(words, "server_error", code));
    }
  }

  private void finish() {
    if (status.equals("completed")) {
      finish(
          called
              ? FinishReason.FINISH_REASON_TOOL_CALLS
              : refused ? FinishReason.FINISH_REASON_REFUSAL : FinishReason.FINISH_REASON_STOP);
    } else if (status.equals("incomplete")) {
      finish(
          reason.equals("content_filter")
              ? FinishReason.FINISH_REASON_CONTENT_FILTER
              : FinishReason.FINISH_REASON_LENGTH);
    }
  }
}
