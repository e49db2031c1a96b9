package dev.fairlead.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.provider.call.DroppedFields;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.ChatRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No adapter forgets a field: whatever a typed request can say is either in what the vendor is
 * sent, or refused with the field's name, or reported as left out. The fields come from the
 * contract itself, so that a new one fails here until every adapter has an answer to it.
 */
public abstract class TypedFieldsContract {

  /** Replaced by the name that the vendor knows the model by. */
  private static final String NOT_TOLD = "ChatRequest.model";

  /** What an answer is anyway; it says nothing. */
  private static final String SAYS_NOTHING = "ResponseFormat.text";

  private static final String USER = "messages { role: ROLE_USER content { text: \"hi\" } }";
  private static final String TOOL = "tools { name: \"f\" } ";
  private static final String CALL =
      "messages { role: ROLE_ASSISTANT tool_calls { id: \"c\" name: \"f\" arguments_json: \"{}\" }"
          + " } ";
  private static final String IMAGE = "messages { role: ROLE_USER content { image { %s } } }";
  private static final String DOCUMENT = "messages { role: ROLE_USER content { document { %s } } }";
  private static final String THOUGHT =
      "messages { role: ROLE_ASSISTANT content { reasoning { %s } } content { text: \"so\" } }";
  private static final String RESULT =
      TOOL + CALL + "messages { role: ROLE_TOOL tool_call_id: \"c\" content { text: \"r\" } %s }";
  private static final String SCHEMA =
      "response_format { json_schema { name: \"n\" schema_json: '{\"type\":\"object\"}' %s } }";

  /** Requests beside a user's turn; each says something in the field, some among others. */
  private static final Map<String, List<String>> SAMPLES = samples();

  /** What the contract calls otherwise than the dialect that messages of refusals speak. */
  private static final Map<String, List<String>> OTHER_NAMES =
      Map.of(
          "choice_count", List.of("n", "choice_count"),
          "max_output_tokens", List.of("max_tokens"),
          "top_logprobs", List.of("logprobs"),
          "reasoning_budget_tokens", List.of("reasoning_effort"));

  /**
   * Where a message type stands: a field of something that is refused as a whole is refused too.
   */
  private static final Map<String, List<String>> PLACES =
      Map.of(
          "Tool", List.of("tools"),
          "ToolChoice", List.of("tools", "tool_choice"),
          "ToolCall", List.of("tools", "tool_calls"),
          "Image", List.of("image"),
          "Document", List.of("document"),
          "Reasoning", List.of("reasoning"),
          "JsonSchema", List.of("response_format"),
          "ResponseFormat", List.of("response_format"));

  /** Names of the vendor's models that differ in what they can be told. */
  protected abstract List<String> models();

  /** What the vendor is sent, as something with {@code equals}. */
  protected abstract Object encode(ChatRequest request, ModelCall call, DroppedFields dropped);

  private static Map<String, List<String>> samples() {
    Map<String, List<String>> all = new HashMap<>();
    request(all);
    messages(all);
    parts(all);
    tools(all);
    return all;
  }

  private static void request(Map<String, List<String>> all) {
    all.put("ChatRequest.messages", List.of(USER));
    all.put("ChatRequest.max_output_tokens", List.of("max_output_tokens: 4321"));
    all.put("ChatRequest.temperature", List.of("temperature: 0.25"));
    all.put("ChatRequest.top_p", List.of("top_p: 0.75"));
    all.put("ChatRequest.top_k", List.of("top_k: 7"));
    all.put("ChatRequest.seed", List.of("seed: 77"));
    all.put("ChatRequest.stop", List.of("stop: \"end\""));
    all.put("ChatRequest.frequency_penalty", List.of("frequency_penalty: 0.5"));
    all.put("ChatRequest.presence_penalty", List.of("presence_penalty: 0.5"));
    all.put("ChatRequest.choice_count", List.of("choice_count: 2"));
    all.put("ChatRequest.tools", List.of(TOOL));
    all.put("ChatRequest.tool_choice", List.of(TOOL + "tool_choice { mode: \"required\" }"));
    all.put("ChatRequest.parallel_tool_calls", List.of(TOOL + "parallel_tool_calls: false"));
    all.put("ChatRequest.response_format", List.of(SCHEMA.formatted("")));
    all.put("ChatRequest.logprobs", List.of("logprobs: true"));
    all.put(
        "ChatRequest.top_logprobs", List.of("top_logprobs: 3", "logprobs: true top_logprobs: 3"));
    all.put("ChatRequest.reasoning_effort", List.of("reasoning_effort: \"high\""));
    all.put("ChatRequest.user", List.of("user: \"u\""));
    all.put(
        "ChatRequest.extensions",
        List.of("extensions { fields { key: \"extensions_x\" value { bool_value: true } } }"));
    all.put(
        "ChatRequest.reasoning_budget_tokens",
        List.of(
            "reasoning_budget_tokens: 3000",
            "reasoning_effort: \"low\" reasoning_budget_tokens: 3000"));
    all.put("ResponseFormat.json_object", List.of("response_format { json_object: true }"));
    all.put("ResponseFormat.json_schema", List.of(SCHEMA.formatted("")));
    all.put("JsonSchema.name", List.of(SCHEMA.formatted("")));
    all.put("JsonSchema.schema_json", List.of(SCHEMA.formatted("")));
    all.put("JsonSchema.strict", List.of(SCHEMA.formatted("strict: false")));
  }

  private static void messages(Map<String, List<String>> all) {
    all.put("Message.role", List.of(USER));
    all.put("Message.content", List.of(USER));
    all.put("Message.tool_calls", List.of(TOOL + CALL));
    all.put("Message.tool_call_id", List.of(RESULT.formatted("")));
    all.put(
        "Message.name",
        List.of(
            "messages { role: ROLE_USER name: \"ann\" content { text: \"hi\" } }",
            "messages { role: ROLE_SYSTEM name: \"app\" content { text: \"be kind\" } }",
            RESULT.formatted("name: \"g\"")));
    all.put("Message.tool_error", List.of(RESULT.formatted("tool_error: true")));
  }

  private static void parts(Map<String, List<String>> all) {
    String png = "data: \"png\" media_type: \"image/png\"";
    String pdf = "data: \"pdf\" media_type: \"application/pdf\"";
    String bytes = "url: \"data:image/png;base64,AAAA\"";
    String paper = "url: \"data:application/pdf;base64,AAAA\"";
    all.put("ContentPart.text", List.of(USER, RESULT.formatted("")));
    all.put("ContentPart.image", List.of(IMAGE.formatted(png), inResult("image { " + png + " }")));
    all.put(
        "ContentPart.document",
        List.of(DOCUMENT.formatted(pdf), inResult("document { " + pdf + " }")));
    all.put(
        "ContentPart.refusal",
        List.of("messages { role: ROLE_ASSISTANT content { refusal: \"no\" } }"));
    all.put("ContentPart.reasoning", List.of(THOUGHT.formatted("text: \"hm\" signature: \"s\"")));
    all.put(
        "ContentPart.cache_ttl",
        List.of(
            "messages { role: ROLE_USER content { text: \"hi\" cache_ttl: \"1h\" } }",
            "messages { role: ROLE_SYSTEM content { text: \"be kind\" cache_ttl: \"5m\" } }",
            "messages { role: ROLE_ASSISTANT content { text: \"so\" cache_ttl: \"1h\" } }",
            inResult("text: \"r\" cache_ttl: \"1h\""),
            inResult("image { " + png + " } cache_ttl: \"1h\"")));
    all.put(
        "Image.url",
        List.of(IMAGE.formatted("url: \"https://h.example/i.png\""), IMAGE.formatted(bytes)));
    all.put("Image.data", List.of(IMAGE.formatted(png)));
    all.put("Image.media_type", List.of(IMAGE.formatted(png)));
    all.put("Image.detail", List.of(IMAGE.formatted(png + " detail: \"low\"")));
    all.put(
        "Document.url",
        List.of(DOCUMENT.formatted("url: \"https://h.example/d.pdf\""), DOCUMENT.formatted(paper)));
    all.put(
        "Document.data",
        List.of(
            DOCUMENT.formatted(pdf), DOCUMENT.formatted("data: \"t\" media_type: \"text/plain\"")));
    all.put("Document.media_type", List.of(DOCUMENT.formatted(pdf)));
    all.put("Document.name", List.of(DOCUMENT.formatted(pdf + " name: \"paper\"")));
    all.put("Reasoning.text", List.of(THOUGHT.formatted("text: \"hm\" signature: \"s\"")));
    all.put(
        "Reasoning.signature",
        List.of(
            THOUGHT.formatted("text: \"hm\" signature: \"s\""),
            THOUGHT.formatted("signature: \"s\"")));
  }

  private static String inResult(String content) {
    return RESULT.formatted("content { " + content + " }");
  }

  private static void tools(Map<String, List<String>> all) {
    String choice = "tools { name: \"f\" } tool_choice { %s }";
    all.put("Tool.name", List.of(TOOL));
    all.put("Tool.description", List.of("tools { name: \"f\" description: \"does f\" }"));
    all.put(
        "Tool.parameters_json_schema",
        List.of(
            "tools { name: \"f\" parameters_json_schema: '{\"type\":\"object\",\"title\":\"t\"}'"
                + " }"));
    all.put("Tool.strict", List.of("tools { name: \"f\" strict: true }"));
    all.put("Tool.cache_ttl", List.of("tools { name: \"f\" cache_ttl: \"1h\" }"));
    all.put(
        "ToolChoice.mode",
        List.of(choice.formatted("mode: \"required\""), choice.formatted("mode: \"none\"")));
    all.put("ToolChoice.tool_name", List.of(choice.formatted("tool_name: \"f\"")));
    all.put("ToolCall.id", List.of(TOOL + CALL));
    all.put("ToolCall.name", List.of(TOOL + CALL));
    String call =
        "tool_calls { id: \"c\" name: \"f\" arguments_json: '{\"a\":1}' signature: \"s\" } ";
    all.put(
        "ToolCall.arguments_json", List.of(TOOL + "messages { role: ROLE_ASSISTANT " + call + "}"));
    all.put("ToolCall.signature", List.of(TOOL + "messages { role: ROLE_ASSISTANT " + call + "}"));
  }

  @Test
  void everyFieldOfTheContract_hasASample() {
    Set<String> fields = new TreeSet<>();
    fields(ChatRequest.getDescriptor(), fields, new HashSet<>());
    fields.removeAll(Set.of(NOT_TOLD, SAYS_NOTHING));
    assertThat(new TreeSet<>(SAMPLES.keySet())).isEqualTo(fields);
  }

  private static void fields(Descriptor type, Set<String> names, Set<Descriptor> seen) {
    if (!type.getFile().getPackage().equals("fairlead.v1") || !seen.add(type)) {
      return;
    }
    for (FieldDescriptor field : type.getFields()) {
      names.add(type.getName() + "." + field.getName());
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        fields(field.getMessageType(), names, seen);
      }
    }
  }

  static Stream<String> fieldNames() {
    return SAMPLES.keySet().stream().sorted();
  }

  /** With the field and without, all else alike: the two must not look the same to everybody. */
  @ParameterizedTest
  @MethodSource("fieldNames")
  void field_isToldOrRefusedOrReported(String field) throws Exception {
    for (String model : models()) {
      for (String sample : SAMPLES.getOrDefault(field, List.of())) {
        ChatRequest with = parsed(sample);
        ChatRequest without = (ChatRequest) without(with, field).build();
        assertThat(with).as(sample).isNotEqualTo(without);
        assertToldRefusedOrReported(field, model + ": " + sample, with, without, model);
      }
    }
  }

  private static ChatRequest parsed(String sample) throws TextFormat.ParseException {
    ChatRequest.Builder request = ChatRequest.newBuilder().setSeed(1);
    if (!sample.equals(USER)) {
      TextFormat.merge(USER, request);
    }
    ChatRequest.Builder more = ChatRequest.newBuilder();
    TextFormat.merge(sample, more);
    return request.mergeFrom(more.build()).build();
  }

  private static Message.Builder without(Message from, String field) {
    Message.Builder builder = from.toBuilder();
    for (FieldDescriptor each : from.getDescriptorForType().getFields()) {
      if ((from.getDescriptorForType().getName() + "." + each.getName()).equals(field)) {
        builder.clearField(each);
      } else if (each.getJavaType() != FieldDescriptor.JavaType.MESSAGE || each.isMapField()) {
        continue;
      } else if (each.isRepeated()) {
        List<Message> left = new ArrayList<>();
        for (Object element : (List<?>) from.getField(each)) {
          left.add(without((Message) element, field).build());
        }
        builder.setField(each, left);
      } else if (from.hasField(each)) {
        builder.setField(each, without((Message) from.getField(each), field).build());
      }
    }
    return builder;
  }

  private void assertToldRefusedOrReported(
      String field, String as, ChatRequest with, ChatRequest without, String model) {
    String name = field.substring(field.indexOf('.') + 1);
    DroppedFields dropped = new DroppedFields();
    Object told;
    try {
      told = encode(with, TypedCalls.call(model, with, false), dropped);
    } catch (FailureException e) {
      assertThat(e.failure()).as(as).isInstanceOf(Failure.InvalidRequest.class);
      Failure.InvalidRequest refused = (Failure.InvalidRequest) e.failure();
      List<String> names = new ArrayList<>(OTHER_NAMES.getOrDefault(name, List.of(name)));
      names.addAll(places(field));
      if (with.getToolsCount() > 0) {
        names.add("tools");
      }
      assertThat(names).as(as + " -> " + refused).anyMatch(refused.message()::contains);
      return;
    }
    DroppedFields usually = new DroppedFields();
    try {
      if (!encode(without, TypedCalls.call(model, without, false), usually).equals(told)) {
        return;
      }
    } catch (FailureException e) {
      return; // Needed, so that it is heeded.
    }
    List<String> reported = new ArrayList<>(dropped.paths());
    reported.removeAll(usually.paths());
    assertThat(
            reported.stream().anyMatch(path -> path.contains(name))
                || places(field).stream().anyMatch(place -> reports(dropped, place)))
        .as(as + " -> " + dropped.paths())
        .isTrue();
  }

  private static List<String> places(String field) {
    return PLACES.getOrDefault(field.substring(0, field.indexOf('.')), List.of());
  }

  private static boolean reports(DroppedFields dropped, String place) {
    return dropped.paths().stream()
        .anyMatch(path -> path.substring(path.lastIndexOf('.') + 1).equals(place));
  }
}
