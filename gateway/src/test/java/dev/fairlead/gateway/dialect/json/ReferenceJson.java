package dev.fairlead.gateway.dialect.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** What is accepted, told by another decoder and another parser with the same strictness. */
final class ReferenceJson {

  private final JsonFactory factory;

  ReferenceJson(JsonLimits limits) {
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(limits.maxDepth())
            .maxNumberLength(1000)
            .build();
    this.factory =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(constraints)
            .build();
  }

  boolean accepts(byte[] body) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      return !text.startsWith("\uFEFF") && acceptsText(text);
    } catch (CharacterCodingException e) {
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean acceptsText(String text) throws IOException {
    int documents = 0;
    int depth = 0;
    try (JsonParser parser = factory.createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        documents += depth == 0 ? 1 : 0;
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        documents -= depth == 0 && token.isStructEnd() ? 1 : 0;
        if (!acceptsToken(token, parser.getText())) {
          return false;
        }
        documents += depth == 0 && token.isStructEnd() ? 1 : 0;
      }
    }
    return documents == 1;
  }

  private static boolean acceptsToken(JsonToken token, String text) {
    if (token.isNumeric()) {
      return inRange(text);
    }
    boolean stringlike = token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME;
    return !stringlike || StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  private static boolean inRange(String text) {
    try {
      BigDecimal value = new BigDecimal(text);
      long power = (long) value.precision() - value.scale() - 1;
      return value.signum() == 0 || power >= -324 && power <= 308;
    } catch (NumberFormatException e) {
      return text.replaceAll("[eE].*", "").matches("-?[0.]+");
    }
  }
}
