package dev.fairlead.standalone.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The bodies that {@link Vendor} answers with. */
final class VendorAnswers {

  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final String USAGE =
      "{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d}"
          .formatted(
              Vendor.PROMPT_TOKENS,
              Vendor.COMPLETION_TOKENS,
              Vendor.PROMPT_TOKENS + Vendor.COMPLETION_TOKENS);
  private static final String TOOL_CALL =
      "{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"weather\","
          + "\"arguments\":\"{\\\"city\\\":\\\"Kiel\\\"}\"}}";

  private VendorAnswers() {}

  static String chat(JsonNode request) {
    boolean tool = request.toString().contains("[[tool]]");
    String message =
        tool
            ? "\"content\":null,\"tool_calls\":[" + TOOL_CALL + "]"
            : "\"content\":\"" + Vendor.SAYS + model(request) + "\"";
    return """
    {"id":"chatcmpl-%d","object":"chat.completion","created":1790000000,"model":"%s","vendor_extra":{"a":[1,2.50]},\
    "choices":[{"index":0,"message":{"role":"assistant",%s},"logprobs":null,"finish_reason":"%s"}],"usage":%s}\
    """
        .formatted(
            NUMBER.incrementAndGet(), model(request), message, tool ? "tool_calls" : "stop", USAGE);
  }

  /** Role, three pieces of content, finish, usage if it is asked for, terminator. */
  static List<String> events(JsonNode request) {
    List<String> events = new ArrayList<>();
    events.add(event(request, "{\"role\":\"assistant\",\"content\":\"\"}", "null"));
    events.add(contentEvent(request, Vendor.SAYS));
    events.add(contentEvent(request, model(request)));
    events.add(event(request, "{}", "\"stop\""));
    if (request.path("stream_options").path("include_usage").asBoolean()) {
      events.add(
          "data:"
              + " {\"id\":\"chatcmpl-s\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,\"model\":\""
              + model(request)
              + "\",\"choices\":[],\"usage\":"
              + USAGE
              + "}\n\n");
    }
    events.add("data: [DONE]\n\n");
    return events;
  }

  static String contentEvent(JsonNode request, String text) {
    return event(request, "{\"content\":\"" + text + "\"}", "null");
  }

  static String embeddings(JsonNode request) {
    int inputs = request.path("input").isArray() ? request.path("input").size() : 1;
    List<String> data = new ArrayList<>();
    for (int i = 0; i < inputs; i++) {
      data.add("{\"object\":\"embedding\",\"index\":" + i + ",\"embedding\":[0.25,-0.5,1.0]}");
    }
    return "{\"object\":\"list\",\"data\":["
        + String.join(",", data)
        + "],\"model\":\""
        + model(request)
        + "\",\"usage\":{\"prompt_tokens\":4,\"total_tokens\":4}}";
  }

  private static String event(JsonNode request, String delta, String finish) {
    return "data:"
               + " {\"id\":\"chatcmpl-s\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,\"model\":\""
        + model(request)
        + "\",\"vendor_extra\":1.50,\"choices\":[{\"index\":0,\"delta\":"
        + delta
        + ",\"finish_reason\":"
        + finish
        + "}]}\n\n";
  }

  private static String model(JsonNode request) {
    return request.path("model").asText();
  }
}
