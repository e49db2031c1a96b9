package dev.fairlead.gateway.dialect.openai;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.common.failure.Failure.UpstreamMalformed;
import java.io.IOException;

/** Jackson trees of answers; numbers keep their exact value, and every string can be written. */
final class OpenAiJson {

  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private static final JsonMapper ASCII_MAPPER =
      MAPPER.rebuild().configure(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature(), true).build();

  private static final byte[] DATA = "data: ".getBytes(US_ASCII);

  private OpenAiJson() {}

  /** The object in {@code json}. */
  static ObjectNode object(byte[] json, String what) {
    try {
      if (MAPPER.readTree(json) instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException e) {
      throw malformed(what + " is not valid JSON");
    }
    throw malformed(what + " is not a JSON object");
  }

  static RuntimeException malformed(String message) {
    return new UpstreamMalformed(message).asException();
  }

  static byte[] bytes(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException unpairedSurrogate) {
      return asciiBytes(node);
    }
  }

  /** UTF-8 has no form for an unpaired surrogate; an escape has. */
  private static byte[] asciiBytes(JsonNode node) {
    try {
      return ASCII_MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree can always be written", e);
    }
  }

  /** One event with {@code node} as its data. */
  static byte[] event(JsonNode node) {
    byte[] json = bytes(node);
    byte[] event = new byte[DATA.length + json.length + 2];
    System.arraycopy(DATA, 0, event, 0, DATA.length);
    System.arraycopy(json, 0, event, DATA.length, json.length);
    event[event.length - 2] = '\n';
    event[event.length - 1] = '\n';
    return event;
  }
}
