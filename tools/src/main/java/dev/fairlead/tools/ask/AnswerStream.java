package dev.fairlead.tools.ask;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Reads the server-sent events of a chat completion and prints their text at once. */
final class AnswerStream {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final String DATA = "data:";

  private final PrintWriter out;
  private JsonNode facts = MissingNode.getInstance();

  AnswerStream(PrintWriter out) {
    this.out = out;
  }

  /**
   * Copies the whole stream.
   *
   * @return the {@code fairlead} object of a chunk, or a missing node
   * @throws AskException when the stream tells of an error or ends without its terminator
   */
  JsonNode copy(InputStream body) throws AskException, IOException {
    BufferedReader reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (!line.startsWith(DATA)) {
        continue;
      }
      String event = line.substring(DATA.length()).strip();
      if (event.equals("[DONE]")) {
        return facts;
      }
      print(event);
    }
    throw new AskException("the stream ended before the answer was complete");
  }

  private void print(String event) throws AskException {
    JsonNode chunk = parse(event);
    if (chunk.hasNonNull("error")) {
      throw new AskException(
          "the answer failed on its way: " + chunk.path("error").path("message").asText("unknown"));
    }
    JsonNode text = chunk.path("choices").path(0).path("delta").path("content");
    if (text.isTextual()) {
      out.print(text.asText());
      out.flush();
    }
    if (chunk.path("fairlead").isObject()) {
      facts = chunk.path("fairlead");
    }
  }

  private static JsonNode parse(String event) throws AskException {
    try {
      return JSON.readTree(event);
    } catch (JsonProcessingException e) {
      throw new AskException("an event of the stream is not JSON: " + e.getOriginalMessage(), e);
    }
  }
}
