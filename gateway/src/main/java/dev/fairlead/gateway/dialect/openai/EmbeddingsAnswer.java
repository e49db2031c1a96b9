package dev.fairlead.gateway.dialect.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;

/** Vectors as OpenAI's list of embedding objects. */
final class EmbeddingsAnswer {

  private EmbeddingsAnswer() {}

  static byte[] of(List<float[]> vectors, String model, long promptTokens, boolean base64) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = AnswerJson.MAPPER.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("object", "list");
      json.writeArrayFieldStart("data");
      for (int i = 0; i < vectors.size(); i++) {
        embedding(json, i, vectors.get(i), base64);
      }
      json.writeEndArray();
      json.writeStringField("model", model);
      json.writeObjectFieldStart("usage");
      json.writeNumberField("prompt_tokens", promptTokens);
      json.writeNumberField("total_tokens", promptTokens);
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return out.toByteArray();
  }

  private static void embedding(JsonGenerator json, int index, float[] vector, boolean base64)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("object", "embedding");
    json.writeNumberField("index", index);
    if (base64) {
      json.writeStringField("embedding", encoded(vector));
    } else {
      json.writeArrayFieldStart("embedding");
      for (float value : vector) {
        json.writeNumber(finite(value));
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private static String encoded(float[] vector) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : vector) {
      bytes.putFloat(finite(value));
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private static float finite(float value) {
    if (!Float.isFinite(value)) {
      throw new IllegalArgumentException("embedding: " + value + " (expected: finite values)");
    }
    return value;
  }
}
