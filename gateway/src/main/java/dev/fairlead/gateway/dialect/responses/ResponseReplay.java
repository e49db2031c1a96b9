package dev.fairlead.gateway.dialect.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.UnsafeByteOperations;
import dev.fairlead.gateway.dialect.CachedReplay;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEventStream;
import java.util.List;

/**
 * A complete response told as events: created, each output item added, told in pieces and done, and
 * the whole at the end. One use an instance.
 */
final class ResponseReplay {

  private final ObjectNode response;
  private final ReplayEvents events;

  private ResponseReplay(ObjectNode response, ReplayEvents events) {
    this.response = response;
    this.events = events;
  }

  static RawEventStream of(RawAnswer complete, CachedReplay replay) {
    ObjectNode response = AnswerJson.object(complete.getBody().toByteArray(), "stored answer");
    if (!(response.get("output") instanceof ArrayNode output)) {
      throw AnswerJson.malformed("stored answer has no output");
    }
    if (replay.id() != null) {
      response.put("id", replay.id());
    }
    if (replay.createdEpochSeconds() != null) {
      response.put("created_at", replay.createdEpochSeconds());
    }
    if (replay.model() != null) {
      response.put("model", replay.model());
    }
    ReplayEvents events = new ReplayEvents(replay.pieceCharacters());
    new ResponseReplay(response, events).tell(output);
    return RawEventStream.newBuilder()
        .setDialect(Dialect.DIALECT_OPENAI_RESPONSES)
        .setSse(UnsafeByteOperations.unsafeWrap(events.bytes()))
        .build();
  }

  private void tell(ArrayNode output) {
    ObjectNode opened = response.deepCopy();
    opened.put("status", "in_progress");
    opened.putArray("output");
    opened.remove(List.of("usage", "completed_at"));
    whole("response.created", opened);
    whole("response.in_progress", opened);
    for (int i = 0; i < output.size(); i++) {
      if (!(output.get(i) instanceof ObjectNode item)) {
        throw AnswerJson.malformed("item " + i + " of the stored answer is not an object");
      }
      item(i, item);
    }
    boolean cut = response.path("status").asText().equals("incomplete");
    whole(cut ? "response.incomplete" : "response.completed", response);
  }

  private void whole(String type, ObjectNode what) {
    events.write(events.event(type).set("response", what));
  }

  private void item(int index, ObjectNode item) {
    ObjectNode opened = item.deepCopy();
    if (opened.has("status")) {
      opened.put("status", "in_progress");
    }
    String type = item.path("type").asText();
    switch (type) {
      case "message" -> opened.putArray("content");
      case "function_call" -> opened.put("arguments", "");
      case "reasoning" -> opened.putArray("summary");
      default -> {
        // The vendor's own: told whole when it is added and when it is done.
      }
    }
    ObjectNode added = events.event("response.output_item.added");
    added.put("output_index", index);
    added.set("item", opened);
    events.write(added);
    String id = item.path("id").asText();
    switch (type) {
      case "message" -> content(index, id, item.path("content"));
      case "function_call" -> arguments(index, id, item);
      case "reasoning" -> summary(index, id, item.path("summary"));
      default -> {
        // Nothing in between.
      }
    }
    ObjectNode done = events.event("response.output_item.done");
    done.put("output_index", index);
    done.set("item", item);
    events.write(done);
  }

  private void content(int output, String id, JsonNode parts) {
    for (int i = 0; i < parts.size(); i++) {
      JsonNode part = parts.get(i);
      String type = part.path("type").asText();
      boolean text = type.equals("output_text");
      String member = text ? "text" : "refusal";
      ReplayEvents.Place place = new ReplayEvents.Place(id, output, "content_index", i);
      events.write(part("response.content_part.added", place, emptied(part, member)));
      if (text || type.equals("refusal")) {
        String name = text ? "response.output_text" : "response.refusal";
        String whole = part.path(member).asText();
        events.pieces(name + ".delta", place, whole, text);
        ObjectNode done = events.event(name + ".done", place);
        done.put(member, whole);
        if (text) {
          done.putArray("logprobs");
        }
        events.write(done);
      }
      events.write(part("response.content_part.done", place, part));
    }
  }

  private void summary(int output, String id, JsonNode parts) {
    for (int i = 0; i < parts.size(); i++) {
      JsonNode part = parts.get(i);
      ReplayEvents.Place place = new ReplayEvents.Place(id, output, "summary_index", i);
      events.write(part("response.reasoning_summary_part.added", place, emptied(part, "text")));
      String whole = part.path("text").asText();
      events.pieces("response.reasoning_summary_text.delta", place, whole, false);
      events.write(events.event("response.reasoning_summary_text.done", place).put("text", whole));
      events.write(part("response.reasoning_summary_part.done", place, part));
    }
  }

  private void arguments(int output, String id, ObjectNode item) {
    ReplayEvents.Place place = new ReplayEvents.Place(id, output, "", 0);
    String whole = item.path("arguments").asText();
    events.pieces("response.function_call_arguments.delta", place, whole, false);
    ObjectNode done = events.event("response.function_call_arguments.done", place);
    done.put("arguments", whole);
    done.set("name", item.path("name").isTextual() ? item.get("name") : done.nullNode());
    events.write(done);
  }

  private ObjectNode part(String type, ReplayEvents.Place place, JsonNode part) {
    ObjectNode event = events.event(type, place);
    event.set("part", part);
    return event;
  }

  private static JsonNode emptied(JsonNode part, String member) {
    if (part instanceof ObjectNode whole && whole.has(member)) {
      ObjectNode opened = whole.deepCopy();
      opened.put(member, "");
      return opened;
    }
    return part;
  }
}
