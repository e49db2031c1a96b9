package dev.fairlead.gateway.pipeline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import dev.fairlead.v1.ChatDelta;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * What a stream that was cut has said so far, for counting it: texts, thoughts and arguments of
 * tool calls in one, whichever format told them. Only as good as counting needs.
 */
final class StreamedText {

  private static final JsonFactory JSON = new JsonFactory();

  /** Where the formats of the edge put what was generated. */
  private static final Set<String> MEMBERS =
      Set.of(
          "content",
          "text",
          "delta",
          "refusal",
          "reasoning",
          "reasoning_content",
          "thinking",
          "partial_json",
          "arguments");

  private StreamedText() {}

  /** Of events in a client's dialect; what is no JSON is left out. */
  static String of(ByteString sse) {
    StringBuilder text = new StringBuilder();
    sse.toStringUtf8()
        .lines()
        .filter(line -> line.startsWith("data:"))
        .forEach(line -> append(line.substring("data:".length()), text));
    return text.toString();
  }

  private static void append(String json, StringBuilder text) {
    int before = text.length();
    try (JsonParser parser = JSON.createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.VALUE_STRING && MEMBERS.contains(parser.currentName())) {
          text.append(parser.getText());
        }
      }
    } catch (IOException e) {
      text.setLength(before);
    }
  }

  /** Of typed pieces. */
  static String of(List<ChatDelta> deltas) {
    StringBuilder text = new StringBuilder();
    for (ChatDelta delta : deltas) {
      text.append(delta.getText())
          .append(delta.getRefusal())
          .append(delta.getReasoning())
          .append(delta.getToolCall().getArgumentsJson());
    }
    return text.toString();
  }
}
