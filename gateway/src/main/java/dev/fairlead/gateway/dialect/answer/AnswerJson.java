package dev.fairlead.gateway.dialect.answer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.common.failure.Failure.UpstreamMalformed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * Jackson trees of answers; numbers keep their exact value, and every string can be written.
 * Stateless.
 */
public final class AnswerJson {

  /** Reads and writes numbers exactly; refuses what follows the document. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private static final JsonMapper ASCII_MAPPER =
      MAPPER.rebuild().configure(JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature(), true).build();

  private static final byte[] EVENT = "event: ".getBytes(US_ASCII);
  private static final byte[] DATA = "data: ".getBytes(US_ASCII);

  private AnswerJson() {}

  /** An empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * The object in {@code json}.
   *
   * @param what names it in the failure
   */
  public static ObjectNode object(byte[] json, String what) {
    try {
      if (MAPPER.readTree(json) instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException | NumberFormatException e) {
      // Jackson lets a number whose exponent is too long for a decimal out as the latter.
      throw malformed(what + " is not valid JSON");
    }
    throw malformed(what + " is not a JSON object");
  }

  /** The failure for an answer that is not one of its format. */
  public static RuntimeException malformed(String message) {
    return new UpstreamMalformed(message).asException();
  }

  /** The node in UTF-8. */
  public static byte[] bytes(JsonNode node) {
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
  public static byte[] event(JsonNode node) {
    byte[] json = bytes(node);
    ByteArrayOutputStream event = new ByteArrayOutputStream(json.length + 8);
    data(event, json);
    return event.toByteArray();
  }

  /** One event that has a name beside its data; an ASCII name without line breaks. */
  public static byte[] event(String name, JsonNode node) {
    byte[] json = bytes(node);
    ByteArrayOutputStream event = new ByteArrayOutputStream(json.length + name.length() + 16);
    event.writeBytes(EVENT);
    event.writeBytes(name.getBytes(US_ASCII));
    event.write('\n');
    data(event, json);
    return event.toByteArray();
  }

  private static void data(ByteArrayOutputStream event, byte[] json) {
    event.writeBytes(DATA);
    event.writeBytes(json);
    event.write('\n');
    event.write('\n');
  }
}
