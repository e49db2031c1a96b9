package dev.fairlead.gateway.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.gateway.dialect.answer.SseText;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEventStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The complete chat answer that stored chunks tell. One use an instance. */
final class ChatAssembly {

  private static final String DONE = "[DONE]";

  /** Padding against traffic analysis and what is set by other means. */
  private static final Set<String> NOT_COPIED = Set.of("object", "choices", "usage", "obfuscation");

  private static final Set<String> FIRST_WINS = Set.of("id", "created", "model");

  private final ObjectNode answer = JsonNodeFactory.instance.objectNode();
  private final Map<Integer, ChoiceAssembly> choices = new TreeMap<>();

  private ChatAssembly() {}

  static RawAnswer of(RawEventStream stream) {
    ChatAssembly assembly = new ChatAssembly();
    assembly.events(SseText.data(stream.getSse().toByteArray()));
    assembly.events(SseText.data(stream.getUsageSse().toByteArray()));
    return RawAnswer.newBuilder()
        .setDialect(Dialect.DIALECT_OPENAI_CHAT)
        .setBody(UnsafeByteOperations.unsafeWrap(AnswerJson.bytes(assembly.complete())))
        .build();
  }

  private void events(List<String> events) {
    for (String data : events) {
      if (!data.equals(DONE)) {
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
      boolean known = FIRST_WINS.contains(name) && answer.hasNonNull(name);
      if (!NOT_COPIED.contains(name)
          && !known
          && !(member.getValue().isNull() && answer.has(name))) {
        answer.set(name, member.getValue());
      }
    }
    if (event.path("usage").isObject()) {
      answer.set("usage", event.get("usage"));
    }
    for (JsonNode choice : event.path("choices")) {
      choices.computeIfAbsent(choice.path("index").asInt(0), ChoiceAssembly::new).add(choice);
    }
  }

  private ObjectNode complete() {
    if (choices.isEmpty()) {
      throw AnswerJson.malformed("stored events have no choices");
    }
    JsonNode usage = answer.remove("usage");
    answer.put("object", "chat.completion");
    choices.values().forEach(choice -> answer.withArray("choices").add(choice.complete()));
    if (usage != null) {
      answer.set("usage", usage);
    }
    return answer;
  }
}
