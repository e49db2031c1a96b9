package dev.fairlead.gateway.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.fairlead.catalog.Capability;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.gateway.dialect.RequestFacts;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.Document;
import dev.fairlead.v1.Image;
import dev.fairlead.v1.JsonSchema;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.ResponseFormat;
import dev.fairlead.v1.Tool;
import dev.fairlead.v1.ToolCall;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TypedFactsTest {

  private static Message.Builder message(Message.Role role, String text) {
    return Message.newBuilder().setRole(role).addContent(ContentPart.newBuilder().setText(text));
  }

  private static ChatRequest.Builder request(String text) {
    return ChatRequest.newBuilder()
        .addMessages(message(Message.Role.ROLE_SYSTEM, "be brief"))
        .addMessages(message(Message.Role.ROLE_USER, text));
  }

  private static RequestFacts facts(ChatRequest.Builder request) {
    return TypedFacts.of(request.build(), false, ScanLimits.DEFAULT);
  }

  @Test
  void plainQuestion_isEligible_andAuto() {
    RequestFacts facts = facts(request("why?"));
    assertThat(facts.model()).isEqualTo("auto");
    assertThat(facts.lastUserText()).isEqualTo("why?");
    assertThat(facts.semanticEligible()).isTrue();
    assertThat(facts.promptCharacters()).isEqualTo(12);
  }

  @Test
  void toolsAndImages_areNeeds_andNotEligible() {
    RequestFacts tools = facts(request("x").addTools(Tool.newBuilder().setName("f")));
    assertThat(tools.needs()).containsExactly(Capability.TOOLS);
    assertThat(tools.semanticEligible()).isFalse();
    Message.Builder image =
        Message.newBuilder()
            .setRole(Message.Role.ROLE_USER)
            .addContent(
                ContentPart.newBuilder()
                    .setImage(Image.newBuilder().setUrl("https://x.test/a.png")));
    assertThat(facts(request("x").addMessages(image)).needs()).containsExactly(Capability.VISION);
  }

  @Test
  void promptCharacters_holdAllThatTheModelReads() {
    Message.Builder call =
        Message.newBuilder()
            .setRole(Message.Role.ROLE_ASSISTANT)
            .addToolCalls(
                ToolCall.newBuilder().setId("1").setName("f").setArgumentsJson("x".repeat(500)));
    assertThat(facts(request("x").addMessages(call)).promptCharacters()).isEqualTo(9 + 501);
    ResponseFormat.Builder format =
        ResponseFormat.newBuilder()
            .setJsonSchema(JsonSchema.newBuilder().setSchemaJson("s".repeat(300)));
    assertThat(facts(request("x").setResponseFormat(format)).promptCharacters()).isEqualTo(309);
    assertThat(documented("text/plain")).isEqualTo(9 + 64_000);
    assertThat(documented("application/pdf")).isEqualTo(9 + 4_000);
    assertThat(documented("image/png")).isEqualTo(9 + 4_000);
  }

  @Test
  void reasoning_isANeed_whereTheRequestAsksForThoughts_asInABody() {
    assertThat(facts(request("x").setReasoningEffort("high")).needs())
        .containsExactly(Capability.REASONING);
    assertThat(facts(request("x").setReasoningBudgetTokens(500)).needs())
        .containsExactly(Capability.REASONING);
    assertThat(facts(request("x").setReasoningEffort("none")).needs()).isEmpty();
  }

  /** The bounds of a chat body: what one door takes, the other does, too. */
  @Test
  void samplingBounds_areInclusive_asInABody() {
    for (double topP : new double[] {0, 1}) {
      assertThat(facts(request("x").setTopP(topP)).lastUserText()).isEqualTo("x");
    }
    for (double temperature : new double[] {0, 2}) {
      assertThat(facts(request("x").setTemperature(temperature)).lastUserText()).isEqualTo("x");
    }
    assertInvalid(request("x").setTopP(-0.01), "top_p");
    assertInvalid(request("x").setTopP(1.01), "top_p");
    assertInvalid(request("x").setTemperature(2.01), "temperature");
    assertInvalid(request("x").setTemperature(-0.01), "temperature");
    assertInvalid(request("x").setTopLogprobs(-1), "top_logprobs");
  }

  private static long documented(String mediaType) {
    ContentPart.Builder part = ContentPart.newBuilder();
    ByteString data = ByteString.copyFrom(new byte[64_000]);
    if (mediaType.startsWith("image/")) {
      part.setImage(Image.newBuilder().setMediaType(mediaType).setData(data));
    } else {
      part.setDocument(Document.newBuilder().setMediaType(mediaType).setData(data));
    }
    Message.Builder message = Message.newBuilder().setRole(Message.Role.ROLE_USER).addContent(part);
    return facts(request("x").addMessages(message)).promptCharacters();
  }

  @Test
  void digest_ignoresModelUserAndLastText_andNothingElse() {
    RequestFacts plain = facts(request("a"));
    List<UnaryOperator<ChatRequest.Builder>> same =
        List.of(
            r -> r.setModel("m"),
            r -> r.setUser("u"),
            r -> r.setMessages(1, message(Message.Role.ROLE_USER, "b")));
    for (UnaryOperator<ChatRequest.Builder> change : same) {
      assertThat(facts(change.apply(request("a"))).scopeDigest()).isEqualTo(plain.scopeDigest());
    }
    List<UnaryOperator<ChatRequest.Builder>> different =
        List.of(
            r -> r.setTemperature(0.5),
            r -> r.setSeed(1),
            r -> r.setMaxOutputTokens(5),
            r -> r.setMessages(0, message(Message.Role.ROLE_SYSTEM, "be long")),
            r -> r.addMessages(message(Message.Role.ROLE_ASSISTANT, "c")));
    for (UnaryOperator<ChatRequest.Builder> change : different) {
      assertThat(facts(change.apply(request("a"))).scopeDigest()).isNotEqualTo(plain.scopeDigest());
    }
  }

  @Test
  void digest_tellsWhereEachText_ended() {
    RequestFacts first = facts(request("a").setMessages(1, texts("x\ny", "z")));
    RequestFacts second = facts(request("a").setMessages(1, texts("x", "y\nz")));
    assertThat(first.lastUserText()).isEqualTo(second.lastUserText());
    assertThat(first.scopeDigest()).isNotEqualTo(second.scopeDigest());
  }

  private static Message.Builder texts(String... texts) {
    Message.Builder message = Message.newBuilder().setRole(Message.Role.ROLE_USER);
    for (String text : texts) {
      message.addContent(ContentPart.newBuilder().setText(text));
    }
    return message;
  }

  @Test
  void limits_hold_asInABody() {
    ScanLimits narrow = new ScanLimits(1000, 64, 256, 2, 1, 3);
    assertThat(TypedFacts.of(request("x").build(), false, narrow).lastUserText()).isEqualTo("x");
    Map<ChatRequest.Builder, String> beyond =
        Map.of(
            request("x").addMessages(message(Message.Role.ROLE_USER, "y")),
            "messages",
            request("x").addTools(Tool.newBuilder()).addTools(Tool.newBuilder()),
            "tools",
            request("x").setChoiceCount(4),
            "choice_count",
            request("x".repeat(1000)),
            "chat");
    beyond.forEach((request, param) ->
        assertThatThrownBy(() -> TypedFacts.of(request.build(), false, narrow))
            .isInstanceOfSatisfying(
                FailureException.class, error -> assertThat(param(error)).isEqualTo(param)));
  }

  private static @Nullable String param(FailureException error) {
    return ((Failure.InvalidRequest) error.failure()).param();
  }

  @Test
  void badField_isNamed() {
    assertInvalid(ChatRequest.newBuilder(), "messages");
    assertInvalid(ChatRequest.newBuilder().addMessages(Message.newBuilder()), "messages[0].role");
    assertInvalid(
        ChatRequest.newBuilder().addMessages(message(Message.Role.ROLE_TOOL, "x")),
        "messages[0].tool_call_id");
    assertInvalid(request("x").setMaxOutputTokens(0), "max_output_tokens");
    assertInvalid(request("x").setTemperature(Double.NaN), "temperature");
    assertInvalid(request("x").setChoiceCount(129), "choice_count");
    assertInvalid(request("x").setFrequencyPenalty(2.1), "frequency_penalty");
    assertInvalid(request("x").setPresencePenalty(-2.1), "presence_penalty");
    assertInvalid(request("x").setTopK(0), "top_k");
    assertInvalid(request("x").setTopLogprobs(21), "top_logprobs");
    assertInvalid(request("x").setReasoningBudgetTokens(0), "reasoning_budget_tokens");
    assertInvalid(request("x").addStop(""), "stop[0]");
    assertInvalid(request("x").addAllStop(Collections.nCopies(17, "s")), "stop");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api_base",
        "API_Key",
        "proxy",
        "model",
        "messages",
        "n",
        "stream",
        "\u017Ftream",
        "stream_options",
        "tools",
        "tool_choice",
        "functions",
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "temperature",
        "top_p",
        "stop",
        "seed",
        "random_seed",
        "response_format",
        "user",
        "logprobs",
        "reasoning_effort",
        "Best_Of"
      })
  void extension_isRefused_whereTheContractHasAField_orNamesATarget(String name) {
    assertInvalid(extended(name), "extensions." + name);
  }

  @Test
  void extension_passes_whereTheContractHasNoField() {
    assertThat(facts(extended("min_p").setTopP(1).setTopK(1).addStop("s")).lastUserText())
        .isEqualTo("x");
    assertThat(facts(extended("thinking").setFrequencyPenalty(-2)).lastUserText()).isEqualTo("x");
  }

  private static ChatRequest.Builder extended(String name) {
    Value one = Value.newBuilder().setNumberValue(1).build();
    return request("x").setExtensions(Struct.newBuilder().putFields(name, one));
  }

  private static void assertInvalid(ChatRequest.Builder request, String param) {
    assertThatThrownBy(() -> facts(request))
        .isInstanceOfSatisfying(
            FailureException.class, error -> assertThat(param(error)).isEqualTo(param));
  }
}
