package dev.fairlead.gateway.dialect.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.gateway.dialect.answer.SseText;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEventStream;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The complete message that stored events tell. One use an instance. */
final class MessageAssembly {

  private @Nullable ObjectNode message;
  private final Map<Integer, BlockAssembly> blocks = new TreeMap<>();

  private MessageAssembly() {}

  static RawAnswer of(RawEventStream stream) {
    MessageAssembly assembly = new MessageAssembly();
    for (String data : SseText.data(stream.getSse().toByteArray())) {
      assembly.event(AnswerJson.object(data.getBytes(UTF_8), "stored event"));
    }
    return RawAnswer.newBuilder()
        .setDialect(Dialect.DIALECT_ANTHROPIC_MESSAGES)
        .setBody(UnsafeByteOperations.unsafeWrap(AnswerJson.bytes(assembly.complete())))
        .build();
  }

  private void event(ObjectNode event) {
    switch (event.path("type").asText()) {
      case "message_start" -> {
        if (!(event.get("message") instanceof ObjectNode started)) {
          throw AnswerJson.malformed("stored message_start has no message");
        }
        message = started;
      }
      case "content_block_start" -> {
        if (!(event.get("content_block") instanceof ObjectNode block)) {
          throw AnswerJson.malformed("stored content_block_start has no block");
        }
        blocks.put(index(event), new BlockAssembly(block));
      }
      case "content_block_delta" -> {
        BlockAssembly block = blocks.get(index(event));
        if (block == null) {
          throw AnswerJson.malformed("stored delta of a block that was not opened");
        }
        block.add(event.path("delta"));
      }
      case "message_delta" -> delta(event);
      case "error" -> throw AnswerJson.malformed("stored events end in an error");
      default -> {
        // Pings, ends of blocks, and events that are yet to be invented.
      }
    }
  }

  private static int index(ObjectNode event) {
    JsonNode index = event.path("index");
    if (!index.isInt() || index.intValue() < 0) {
      throw AnswerJson.malformed("stored event has no index");
    }
    return index.intValue();
  }

  /** Usage is cumulative, so what comes later replaces what came before. */
  private void delta(ObjectNode event) {
    ObjectNode known = started();
    if (event.get("delta") instanceof ObjectNode delta) {
      known.setAll(delta);
    }
    for (Map.Entry<String, JsonNode> member : event.properties()) {
      String name = member.getKey();
      if (name.equals("usage") && member.getValue() instanceof ObjectNode usage) {
        ObjectNode all =
            known.get("usage") instanceof ObjectNode before ? before : known.putObject("usage");
        usage.properties().stream()
            .filter(entry -> !entry.getValue().isNull() || !all.has(entry.getKey()))
            .forEach(entry -> all.set(entry.getKey(), entry.getValue()));
      } else if (!name.equals("type") && !name.equals("delta") && !name.equals("usage")) {
        known.set(name, member.getValue());
      }
    }
  }

  private ObjectNode started() {
    ObjectNode known = message;
    if (known == null) {
      throw AnswerJson.malformed("stored events do not begin with message_start");
    }
    return known;
  }

  private ObjectNode complete() {
    ObjectNode known = started();
    known.putArray("content");
    blocks.values().forEach(block -> known.withArray("content").add(block.complete()));
    return known;
  }
}
