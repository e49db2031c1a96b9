package dev.fairlead.provider.testkit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FieldSpan;
import dev.fairlead.v1.RawRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Makes raw requests out of JSON text, with the spans that the edge would find. */
public final class Spans {

  private Spans() {}

  /** A raw request. */
  public static RawRequest raw(Dialect dialect, String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    RawRequest.Builder request =
        RawRequest.newBuilder().setDialect(dialect).setBody(ByteString.copyFrom(bytes));
    try (JsonParser parser = new JsonFactory().createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("not an object: " + json);
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        int key = (int) parser.currentTokenLocation().getByteOffset();
        String name = parser.currentName();
        parser.nextToken();
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
          parser.finishToken();
        }
        int end = (int) parser.currentLocation().getByteOffset();
        while (bytes[end - 1] == ',' || bytes[end - 1] == ' ' || bytes[end - 1] == '\n') {
          end--;
        }
        request.addFields(
            FieldSpan.newBuilder()
                .setName(name)
                .setKeyStart(key)
                .setValueStart(start)
                .setValueEnd(end));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return request.build();
  }

  /** A chat request of one user message. */
  public static RawRequest chat(String prompt) {
    return raw(
        Dialect.DIALECT_OPENAI_CHAT,
        "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]}");
  }
}
