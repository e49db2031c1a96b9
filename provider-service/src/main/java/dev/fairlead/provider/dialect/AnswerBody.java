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
import java.util.HexFormat;

/** Writes whole answers, and what is in all of them. */
final class AnswerBody {

  private static final JsonFactory JSON = new JsonFactory();
  private static final HexFormat HEX = HexFormat.of();

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
      json.writeRawValue(wellFormed(text));
    } else {
      json.writeObjectFieldStart(name);
      json.writeStringField("arguments", text);
      json.writeEndObject();
    }
  }

  /** An object that a vendor wrote, every digit as it did; null where the text is none. */
  static void objectOrNull(JsonGenerator json, String name, String text) throws IOException {
    if (isObject(text)) {
      json.writeFieldName(name);
      json.writeRawValue(wellFormed(text));
    } else {
      json.writeNullField(name);
    }
  }

  /**
   * JSON in which halves of surrogate pairs that stand alone are escaped: a text of JSON may hold
   * them, UTF-8 may not.
   */
  private static String wellFormed(String json) {
    StringBuilder escaped = null;
    int copied = 0;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (i + 1 < json.length() && Character.isSurrogatePair(c, json.charAt(i + 1))) {
        i++;
        continue;
      }
      escaped = escaped == null ? new StringBuilder(json.length() + 5) : escaped;
      escaped.append(json, copied, i).append("\\u").append(HEX.toHexDigits(c));
      copied = i + 1;
    }
    return escaped == null ? json : escaped.append(json, copied, json.length()).toString();
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
