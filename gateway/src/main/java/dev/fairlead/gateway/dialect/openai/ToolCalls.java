package dev.fairlead.gateway.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Tool calls as a complete answer has them: in the order of the indices that only deltas carry. */
final class ToolCalls {

  private ToolCalls() {}

  static void finish(ArrayNode calls) {
    List<JsonNode> ordered = new ArrayList<>();
    calls.forEach(ordered::add);
    ordered.sort(Comparator.comparingInt(call -> call.path("index").asInt(Integer.MAX_VALUE)));
    calls.removeAll();
    for (JsonNode call : ordered) {
      if (call instanceof ObjectNode members) {
        members.remove("index");
      }
      calls.add(call);
    }
  }
}
