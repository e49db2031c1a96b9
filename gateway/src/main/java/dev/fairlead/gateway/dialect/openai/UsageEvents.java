package dev.fairlead.gateway.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.gateway.dialect.answer.SseText;
import dev.fairlead.v1.Usage;
import java.util.List;

/** The last chunk of a stream whose client asked for usage. */
final class UsageEvents {

  private UsageEvents() {}

  static byte[] event(
      String object, byte[] upstreamEvent, Usage usage, ByteString fairleadJson, String model) {
    ObjectNode event = base(object, upstreamEvent);
    if (!model.isEmpty() && !event.hasNonNull("model")) {
      event.put("model", model);
    }
    event.putArray("choices");
    if (!event.path("usage").isObject()) {
      event.set("usage", usage(usage));
    }
    if (!fairleadJson.isEmpty()) {
      event.set("fairlead", AnswerJson.object(fairleadJson.toByteArray(), "fairlead object"));
    }
    return AnswerJson.event(event);
  }

  private static ObjectNode base(String object, byte[] upstreamEvent) {
    List<String> data = SseText.data(upstreamEvent);
    if (!data.isEmpty()) {
      ObjectNode event = AnswerJson.object(data.get(0).getBytes(UTF_8), "usage event");
      event.remove("obfuscation");
      return event;
    }
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event.put("id", "");
    event.put("object", object);
    event.put("created", 0);
    return event;
  }

  static ObjectNode usage(Usage usage) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("prompt_tokens", usage.getPromptTokens());
    object.put("completion_tokens", usage.getCompletionTokens());
    object.put("total_tokens", usage.getPromptTokens() + usage.getCompletionTokens());
    ObjectNode prompt = object.putObject("prompt_tokens_details");
    prompt.put("cached_tokens", usage.getCachedPromptTokens());
    if (usage.getCacheWriteTokens() > 0) {
      prompt.put("cache_write_tokens", usage.getCacheWriteTokens());
    }
    object
        .putObject("completion_tokens_details")
        .put("reasoning_tokens", usage.getReasoningTokens());
    return object;
  }
}
