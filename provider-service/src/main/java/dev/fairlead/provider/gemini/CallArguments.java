package dev.fairlead.provider.gemini;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts the {@code args} of calls into a tree as the text that the vendor wrote: a tree would tell
 * numbers and escapes in another form. Pure.
 */
final class CallArguments {

  private CallArguments() {}

  /** Replaces each object {@code args} of an answer that was read from those bytes. */
  static void keep(JsonMapper json, byte[] bytes, int from, int length, JsonNode root)
      throws IOException {
    List<ObjectNode> calls = new ArrayList<>(0);
    for (JsonNode candidate : root.path("candidates")) {
      for (JsonNode part : candidate.path("content").path("parts")) {
        if (part.path("functionCall") instanceof ObjectNode call && call.path("args").isObject()) {
          calls.add(call);
        }
      }
    }
    if (calls.isEmpty()) {
      return;
    }
    List<String> written = written(json, bytes, from, length);
    // Otherwise names are there twice, and which of them the tree has is not worth knowing.
    if (written.size() == calls.size()) {
      for (int i = 0; i < calls.size(); i++) {
        calls.get(i).putRawValue("args", new RawValue(written.get(i)));
      }
    }
  }

  /** The arguments of a call, kept or not. */
  static String of(JsonNode call) {
    JsonNode args = call.path("args");
    return args instanceof POJONode kept && kept.getPojo() instanceof RawValue raw
        ? (String) raw.rawValue()
        : args.isObject() ? args.toString() : "{}";
  }

  private static List<String> written(JsonMapper json, byte[] bytes, int from, int length)
      throws IOException {
    List<String> written = new ArrayList<>();
    try (JsonParser parser = json.createParser(bytes, from, length)) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.FIELD_NAME
            && parser.currentName().equals("functionCall")
            && parser.nextToken() == JsonToken.START_OBJECT) {
          call(parser, bytes, from, written);
        }
      }
    }
    return written;
  }

  private static void call(JsonParser parser, byte[] bytes, int offset, List<String> written)
      throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean args = parser.currentName().equals("args");
      boolean object = parser.nextToken() == JsonToken.START_OBJECT;
      int from = offset + (int) parser.currentTokenLocation().getByteOffset();
      parser.skipChildren();
      if (args && object) {
        int to = offset + (int) parser.currentLocation().getByteOffset();
        written.add(new String(bytes, from, to - from, StandardCharsets.UTF_8));
      }
    }
  }
}
