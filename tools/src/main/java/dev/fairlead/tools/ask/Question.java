package dev.fairlead.tools.ask;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** A chat request with one user message. */
record Question(String prompt, String model, @Nullable String policy, boolean stream) {

  String json() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("model", model);
    body.putArray("messages").addObject().put("role", "user").put("content", prompt);
    if (stream) {
      body.put("stream", true);
      body.putObject("stream_options").put("include_usage", true);
    }
    if (policy != null) {
      body.putObject("fairlead").put("policy", policy);
    }
    return body.toString();
  }
}
