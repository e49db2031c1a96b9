package dev.fairlead.gateway.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.gateway.dialect.answer.SseText;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEventStream;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The complete legacy answer that stored chunks tell. One use an instance. */
final class CompletionAssembly {

  private static final Set<String> FIRST_WINS = Set.of("id", "created", "model", "object");

  private final ObjectNode answer = AnswerJson.object();
  private final Map<Integer, ObjectNode> choices = new TreeMap<>();
  private final Map<Integer, StringBuilder> texts = new TreeMap<>();

  private CompletionAssembly() {}

  static RawAnswer of(RawEventStream stream) {
    CompletionAssembly assembly = new CompletionAssembly();
    assembly.events(stream.getSse());
    assembly.events(stream.getUsageSse());
    return RawAnswer.newBuilder()
        .setDialect(Dialect.DIALECT_OPENAI_COMPLETIONS)
        .setBody(UnsafeByteOperations.unsafeWrap(AnswerJson.bytes(assembly.complete())))
        .build();
  }

  private void events(ByteString sse) {
    for (String data : SseText.data(sse.toByteArray())) {
      if (!data.equals("[DONE]")) {
        event(AnswerJson.object(data.getBytes(UTF_8), "stored event"));
      }
    }
  }

  private void event(ObjectNode event) {
    if (event.path("error").isObject()) {
      throw AnswerJson.malformed("stored events end in an error");
    }
    for (Map.Entry<String, JsonNode> member : event.properties()) {
      String name = member.getKey();
      boolean known = answer.hasNonNull(name);
      boolean skipped = known && (FIRST_WINS.contains(name) || member.getValue().isNull());
      if (!name.equals("choices") && !skipped) {
        answer.set(name, member.getValue());
      }
    }
    for (JsonNode choice : event.path("choices")) {
      choice(choice);
    }
  }

  private void choice(JsonNode piece) {
    int index = piece.path("index").asInt(0);
    texts.computeIfAbsent(index, key -> new StringBuilder()).append(piece.path("text").asText());
    ObjectNode choice = choices.computeIfAbsent(index, CompletionAssembly::empty);
    for (Map.Entry<String, JsonNode> member : piece.properties()) {
      String name = member.getKey();
      JsonNode value = member.getValue();
      if (name.equals("logprobs") && value.isObject()) {
        logprobs(choice, (ObjectNode) value);
      } else if (!name.equals("text") && !value.isNull()) {
        choice.set(name, value);
      }
    }
  }

  private static ObjectNode empty(int index) {
    ObjectNode choice = AnswerJson.object();
    choice.put("text", "");
    choice.put("index", index);
    choice.putNull("logprobs");
    choice.putNull("finish_reason");
    return choice;
  }

  /** Parallel lists, each continued by every chunk. */
  private static void logprobs(ObjectNode choice, ObjectNode piece) {
    ObjectNode all =
        choice.get("logprobs") instanceof ObjectNode known ? known : choice.putObject("logprobs");
    for (Map.Entry<String, JsonNode> list : piece.properties()) {
      if (list.getValue() instanceof ArrayNode more
          && all.get(list.getKey()) instanceof ArrayNode known) {
        known.addAll(more);
      } else {
        all.set(list.getKey(), list.getValue());
      }
    }
  }

  private ObjectNode complete() {
    if (choices.isEmpty()) {
      throw AnswerJson.malformed("stored events have no choices");
    }
    JsonNode usage = answer.remove("usage");
    answer.put("object", CompletionReplay.OBJECT);
    ArrayNode all = answer.putArray("choices");
    choices.forEach(
        (index, choice) -> all.add(choice.put("text", String.valueOf(texts.get(index)))));
    if (usage != null && usage.isObject()) {
      answer.set("usage", usage);
    }
    return answer;
  }
}
