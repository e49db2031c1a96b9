package dev.fairlead.provider.call;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.FieldSpan;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.RawRequest;
import java.io.IOException;
import java.util.List;

/** The words of a request, for counting tokens and for models that only play at answering. */
public final class PromptText {

  private static final JsonFactory JSON = new JsonFactory();
  private static final List<String> PROMPTS =
      List.of("messages", "prompt", "input", "instructions", "system", "tools", "functions");
  private static final List<String> WORDS =
      List.of("content", "text", "arguments", "refusal", "description", "name");
  private static final int MOST = 1 << 20;

  private PromptText() {}

  /** Everything that counts as input, one piece a line; cut after a million characters. */
  public static String of(RequestForm form) {
    StringBuilder out = new StringBuilder();
    switch (form) {
      case RequestForm.Raw raw -> raw(raw.request(), out);
      case RequestForm.Typed typed ->
          typed.request().getMessagesList().forEach(message -> typed(message, out));
    }
    return out.toString();
  }

  private static void typed(Message message, StringBuilder out) {
    for (ContentPart part : message.getContentList()) {
      append(out, part.getText());
      append(out, part.getRefusal());
      append(out, part.getReasoning().getText());
    }
    message.getToolCallsList().forEach(call -> append(out, call.getArgumentsJson()));
  }

  private static void raw(RawRequest request, StringBuilder out) {
    for (FieldSpan field : request.getFieldsList()) {
      if (PROMPTS.contains(field.getName())) {
        strings(request.getBody().substring(field.getValueStart(), field.getValueEnd()), out);
      }
    }
  }

  /**
   * Bare strings, strings in arrays, and the members that hold words; not roles, types and image
   * data.
   */
  private static void strings(ByteString json, StringBuilder out) {
    try (JsonParser parser = JSON.createParser(json.newInput())) {
      for (JsonToken token = parser.nextToken();
          token != null && out.length() < MOST;
          token = parser.nextToken()) {
        String name = parser.currentName();
        if (token == JsonToken.VALUE_STRING && (name == null || WORDS.contains(name))) {
          append(out, parser.getText());
        }
      }
    } catch (IOException e) {
      // The edge has checked the body; what cannot be read here is only missing in an estimate.
      append(out, json.toStringUtf8());
    }
  }

  private static void append(StringBuilder out, String text) {
    if (!text.isEmpty()) {
      out.append(text).append('\n');
    }
  }
}
