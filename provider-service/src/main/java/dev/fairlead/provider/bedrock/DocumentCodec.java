package dev.fairlead.provider.bedrock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.document.Document;

/** JSON and the SDK's documents. Numbers keep their digits, members their order. Pure. */
final class DocumentCodec {

  private DocumentCodec() {}

  static Document document(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> {
        Map<String, Document> members = new LinkedHashMap<>();
        node.properties().forEach(m -> members.put(m.getKey(), document(m.getValue())));
        yield Document.fromMap(members);
      }
      case ARRAY -> {
        List<Document> items = new ArrayList<>();
        node.forEach(item -> items.add(document(item)));
        yield Document.fromList(items);
      }
      case STRING -> Document.fromString(node.textValue());
      case NUMBER -> Document.fromNumber(node.asText());
      case BOOLEAN -> Document.fromBoolean(node.booleanValue());
      case NULL, MISSING, BINARY, POJO -> Document.fromNull();
    };
  }

  static JsonNode json(Document document) {
    if (document.isMap()) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      document.asMap().forEach((name, value) -> object.set(name, json(value)));
      return object;
    }
    if (document.isList()) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      document.asList().forEach(item -> array.add(json(item)));
      return array;
    }
    if (document.isString()) {
      return TextNode.valueOf(document.asString());
    }
    if (document.isNumber()) {
      return DecimalNode.valueOf(document.asNumber().bigDecimalValue());
    }
    return document.isBoolean() ? BooleanNode.valueOf(document.asBoolean()) : NullNode.instance;
  }
}
