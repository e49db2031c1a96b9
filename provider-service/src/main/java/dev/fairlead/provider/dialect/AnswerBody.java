package dev.fairlead.provider.dialect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes whole answers, and what is in all of them. */
final class AnswerBody {

  private static final JsonFactory JSON = new JsonFactory();

  private AnswerBody() {}

  /** One JSON object. */
  static ByteString of(EventWriter.Members members) {
    ByteArrayBuilder out = new ByteArrayBuilder();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return UnsafeByteOperations.unsafeWrap(out.toByteArray());
  }

  /** The answer's id: the vendor's where it looks like one of the dialect, else a new one. */
  static String id(String prefix, String given, AnswerHead head) {
    return given.startsWith(prefix) ? given : prefix + head.uniqueId();
  }

  /** A call's id; a vendor that gives none still needs one that results can refer to. */
  static String callId(String prefix, String given, AnswerHead head, int index) {
    return given.isEmpty() ? prefix + head.uniqueId() + index : given;
  }

  /**
   * A call's arguments as a JSON value, every digit as the model wrote it; what is not an object
   * stands as text under {@code arguments}, because a client expects an object here.
   */
  static void arguments(JsonGenerator json, String name, String text) throws IOException {
    if (text.isBlank()) {
      json.writeObjectFieldStart(name);
      json.writeEndObject();
    } else if (isObject(text)) {
      json.writeFieldName(name);
      json.writeRawValue(text);
    } else {
      json.writeObjectFieldStart(name);
      json.writeStringField("arguments", text);
      json.writeEndObject();
    }
  }

  private static boolean isObject(String text) {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }
}
