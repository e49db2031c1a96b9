package dev.fairlead.provider.call;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.Document;
import dev.fairlead.v1.Image;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What every adapter that translates a typed request does alike: its bounds, the JSON inside it and
 * its images. What cannot be sent is a {@link FailureException} with an InvalidRequest that names
 * the field. Pure.
 */
public final class TypedRequest {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private TypedRequest() {}

  /**
   * An image or a document by value.
   *
   * @param mediaType such as {@code image/png}
   */
  public record InlineImage(String mediaType, byte[] bytes) {}

  /**
   * The output bound of a call: the smaller of the request's and the call's; 0 when there is none.
   */
  public static int outputBound(ChatRequest request, ModelCall call) {
    int asked = request.hasMaxOutputTokens() ? request.getMaxOutputTokens() : 0;
    if (asked == 0 || call.maxOutputTokens() == 0) {
      return Math.max(asked, call.maxOutputTokens());
    }
    return Math.min(asked, call.maxOutputTokens());
  }

  /** JSON text inside a typed field, which must be an object; empty text is an empty object. */
  public static JsonNode object(String param, String text) {
    try {
      JsonNode node = text.isBlank() ? JSON.createObjectNode() : JSON.readTree(text);
      if (node != null && node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException | NumberFormatException e) {
      // Said below, without the content. The parser lets out the latter for an exponent beyond an
      // int.
    }
    throw refused(param, "not a JSON object");
  }

  /** The image by value, decoded; null when it is somewhere else. */
  public static @Nullable InlineImage inline(String param, Image image) {
    if (image.hasData()) {
      if (image.getMediaType().isEmpty()) {
        throw refused(param + ".media_type", "missing (expected: such as image/png)");
      }
      return new InlineImage(image.getMediaType(), image.getData().toByteArray());
    }
    return inline(param, image.getUrl());
  }

  /** The document by value, decoded; null when it is somewhere else. */
  public static @Nullable InlineImage inline(String param, Document document) {
    if (document.hasData()) {
      if (document.getMediaType().isEmpty()) {
        throw refused(param + ".media_type", "missing (expected: such as application/pdf)");
      }
      return new InlineImage(document.getMediaType(), document.getData().toByteArray());
    }
    return inline(param, document.getUrl());
  }

  private static @Nullable InlineImage inline(String param, String url) {
    if (!url.regionMatches(true, 0, "data:", 0, 5)) {
      return null;
    }
    int comma = url.indexOf(',');
    String head = comma < 0 ? "" : url.substring(5, comma).toLowerCase(Locale.ROOT);
    if (!head.endsWith(";base64")) {
      throw refused(param, "a data URL that is not base64");
    }
    try {
      String type = head.substring(0, head.indexOf(';'));
      return new InlineImage(type, Base64.getDecoder().decode(url.substring(comma + 1)));
    } catch (IllegalArgumentException e) {
      throw refused(param, "a data URL whose base64 cannot be read");
    }
  }

  /** What a document of plain text says; bytes that are not UTF-8 are refused. */
  public static String text(String param, InlineImage document) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(document.bytes()))
          .toString();
    } catch (CharacterCodingException e) {
      throw refused(param, "text that is not UTF-8");
    }
  }

  /** Extensions as JSON; a number without a fraction is written without one. */
  public static ObjectNode json(Struct struct) {
    ObjectNode object = JSON.createObjectNode();
    struct.getFieldsMap().forEach((name, value) -> object.set(name, json(value)));
    return object;
  }

  private static JsonNode json(Value value) {
    return switch (value.getKindCase()) {
      case NULL_VALUE, KIND_NOT_SET -> NullNode.instance;
      case BOOL_VALUE -> BooleanNode.valueOf(value.getBoolValue());
      case STRING_VALUE -> TextNode.valueOf(value.getStringValue());
      case NUMBER_VALUE -> {
        double number = value.getNumberValue();
        yield number == Math.rint(number) && Math.abs(number) < 1e15
            ? LongNode.valueOf((long) number)
            : DoubleNode.valueOf(number);
      }
      case STRUCT_VALUE -> json(value.getStructValue());
      case LIST_VALUE -> {
        ArrayNode array = JSON.createArrayNode();
        value.getListValue().getValuesList().forEach(item -> array.add(json(item)));
        yield array;
      }
    };
  }

  /** The exception that names a field and what is wrong with it. */
  public static FailureException refused(String param, String what) {
    return Failure.InvalidRequest.of(param, param + ": " + what).asException();
  }
}
