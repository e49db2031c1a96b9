package dev.fairlead.provider.translation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.provider.call.AnswerListener;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.Capabilities;
import dev.fairlead.provider.call.Exchange;
import dev.fairlead.provider.call.ForwardingListener;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.dialect.ClientDialect;
import dev.fairlead.provider.resilience.FakeProvider;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.RawEvents;
import dev.fairlead.v1.ToolCall;
import dev.fairlead.v1.ToolCallDelta;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TranslatingProviderTest {

  private static final String MESSAGES =
      "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],"
          + "\"tools\":[{\"name\":\"weather.get now\",\"input_schema\":{\"type\":\"object\"}}],"
          + "\"service_tier\":\"auto\",\"later\":{\"a\":[1]}}";

  private final FakeProvider adapter = new FakeProvider();
  private final ModelProvider translating = TranslatingProvider.around(adapter);
  private final RecordedAnswer answer = new RecordedAnswer();

  private ChatRequest open(Dialect dialect, String json, boolean streamed) {
    RequestForm form = new RequestForm.Raw(Spans.raw(dialect, json));
    translating.open(TypedCalls.call("up", form, streamed), answer);
    return ((RequestForm.Typed) adapter.last().call.form()).request();
  }

  @Test
  void adapter_isLeftAlone_whenItSpeaksEveryDialectOrTakesNothingTyped() {
    ModelProvider polyglot = with(new Capabilities(ClientDialect.ALL, true, true));
    ModelProvider raw = with(new Capabilities(Set.of(), false, true));
    assertThat(TranslatingProvider.around(polyglot)).isSameAs(polyglot);
    assertThat(TranslatingProvider.around(raw)).isSameAs(raw);
  }

  private static ModelProvider with(Capabilities capabilities) {
    return new ModelProvider() {
      @Override
      public Capabilities capabilities() {
        return capabilities;
      }

      @Override
      public Exchange open(ModelCall call, AnswerListener listener) {
        throw new AssertionError("not called");
      }
    };
  }

  @Test
  void call_isPassedOnAsItIs_whenTheAdapterSpeaksTheDialect() {
    RequestForm form = new RequestForm.Raw(Spans.chat("hi"));
    var call = TypedCalls.call("up", form, true);
    translating.open(call, answer);
    assertThat(adapter.last().call).isSameAs(call);
    assertThat(adapter.last().listener).isSameAs(answer);
    assertThat(translating.capabilities().translates(form)).isFalse();
  }

  @Test
  void whatTheContractHasNoPlaceFor_isReported() {
    open(Dialect.DIALECT_ANTHROPIC_MESSAGES, MESSAGES, true);
    assertThat(answer.dropped()).containsExactly("service_tier", "later");
  }

  @Test
  void j6_strangeToolName_goesOutUnderACommonOne_andComesBackUnderItsOwn() {
    ChatRequest request = open(Dialect.DIALECT_ANTHROPIC_MESSAGES, MESSAGES, true);
    String common = request.getTools(0).getName();
    assertThat(common).matches("[A-Za-z_][A-Za-z0-9_-]{0,63}").startsWith("weather_get_now_");
    adapter
        .last()
        .listener
        .onPart(
            new AnswerPart.Delta(
                ChatDelta.newBuilder()
                    .setToolCall(
                        ToolCallDelta.newBuilder()
                            .setId("toolu_1")
                            .setName(common)
                            .setArgumentsJson("{}"))
                    .build()));
    assertThat(answer.sse()).contains("\"name\":\"weather.get now\"").doesNotContain(common);
  }

  @Test
  void j6_strangeToolNames_stayApart_whenTheyLookAlike() {
    ChatRequest request =
        open(
            Dialect.DIALECT_ANTHROPIC_MESSAGES,
            "{\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"tools\":["
                + "{\"name\":\"a.b\",\"input_schema\":{}},{\"name\":\"a b\",\"input_schema\":{}},"
                + "{\"name\":\"a_b\",\"input_schema\":{}},{\"name\":\"9\",\"input_schema\":{}},"
                + "{\"name\":\""
                + "x".repeat(200)
                + "\",\"input_schema\":{}}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"a.b\"}}",
            true);
    assertThat(request.getToolsList()).extracting(tool -> tool.getName()).doesNotHaveDuplicates();
    assertThat(request.getToolsList())
        .allMatch(tool -> tool.getName().matches("[A-Za-z_][A-Za-z0-9_-]{0,63}"));
    assertThat(request.getTools(2).getName()).isEqualTo("a_b");
    assertThat(request.getToolChoice().getToolName()).isEqualTo(request.getTools(0).getName());
  }

  @Test
  void requestThatCannotBeTranslated_isRefusedWithTheField_andLeftToAnotherModel() {
    RequestForm form =
        new RequestForm.Raw(
            Spans.raw(
                Dialect.DIALECT_ANTHROPIC_MESSAGES,
                "{\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],"
                    + "\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]}"));
    translating.open(TypedCalls.call("up", form, true), answer);
    assertThat(adapter.calls).isEmpty();
    UpstreamFailure failure = answer.failure();
    assertThat(failure.next()).isEqualTo(UpstreamFailure.Next.OTHER_MODEL);
    assertThat(failure.result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_REJECTED);
    assertThat(((Failure.InvalidRequest) failure.failure()).param()).isEqualTo("tools[0].type");
  }

  @Test
  void wholeAnswer_carriesItsUsage_inTheClientsCounting() throws IOException {
    open(Dialect.DIALECT_ANTHROPIC_MESSAGES, MESSAGES, false);
    adapter
        .last()
        .listener
        .onPart(
            new AnswerPart.Response(
                ChatResponse.newBuilder()
                    .addChoices(
                        Choice.newBuilder()
                            .setFinishReason(FinishReason.FINISH_REASON_LENGTH)
                            .setMessage(
                                TypedCalls.message(
                                    dev.fairlead.v1.Message.Role.ROLE_ASSISTANT, "Hel")))
                    .build()));
    assertThat(answer.parts()).isEmpty();
    adapter.last().succeed();
    AnswerPart.Body body = (AnswerPart.Body) answer.parts().getFirst();
    JsonNode json = new JsonMapper().readTree(body.answer().getBody().toStringUtf8());
    assertThat(json.path("stop_reason").asText()).isEqualTo("max_tokens");
    assertThat(json.path("usage").path("output_tokens").asInt()).isEqualTo(1);
    assertThat(answer.endedOnce()).isTrue();
  }

  private static ChatResponse calling(String arguments) {
    return ChatResponse.newBuilder()
        .addChoices(
            Choice.newBuilder()
                .setMessage(
                    dev.fairlead.v1.Message.newBuilder()
                        .addToolCalls(
                            ToolCall.newBuilder()
                                .setId("c1")
                                .setName("look")
                                .setArgumentsJson(arguments))))
        .build();
  }

  @Test
  void halfAPairInArguments_isEscaped_andWholePairsStay() throws IOException {
    open(Dialect.DIALECT_ANTHROPIC_MESSAGES, MESSAGES, false);
    String arguments = "{\"x\":\"a\ud83d\",\"y\":\"\ud83d\udea2\udea2\",\"z\":1.50}";
    adapter.last().listener.onPart(new AnswerPart.Response(calling(arguments)));
    adapter.last().succeed();
    AnswerPart.Body body = (AnswerPart.Body) answer.parts().getFirst();
    String json = body.answer().getBody().toStringUtf8();
    assertThat(json).contains("{\"x\":\"a\\ud83d\",\"y\":\"\ud83d\udea2\\udea2\",\"z\":1.50}");
    assertThat(new JsonMapper().readTree(json).findPath("x").asText()).isEqualTo("a\ud83d");
    assertThat(answer.endedOnce()).isTrue();
  }

  @Test
  void answerThatCannotBeTold_fails_andCostsWhatItCost() {
    AnswerListener breaking =
        new ForwardingListener(answer) {
          @Override
          public void onPart(AnswerPart part) {
            throw new IllegalStateException("this part cannot be told");
          }
        };
    RequestForm form = new RequestForm.Raw(Spans.raw(Dialect.DIALECT_ANTHROPIC_MESSAGES, MESSAGES));
    translating.open(TypedCalls.call("up", form, false), breaking);
    adapter.last().listener.onPart(new AnswerPart.Response(calling("{}")));
    adapter.last().succeed();
    assertThat(answer.failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_MALFORMED);
    assertThat(answer.failure().usage()).isEqualTo(TokenUsage.of(1, 1));
    assertThat(answer.endedOnce()).isTrue();
  }

  @Test
  void vendorsOwnError_isQuotedOnlyToClientsOfItsFamily() {
    open(Dialect.DIALECT_ANTHROPIC_MESSAGES, MESSAGES, false);
    adapter.last().listener.onFailed(refusal());
    assertThat(answer.failure().errorBody().isEmpty()).isTrue();
    open(Dialect.DIALECT_OPENAI_RESPONSES, "{\"input\":\"hi\"}", false);
    adapter.last().listener.onFailed(refusal());
    assertThat(answer.failure().errorBody().toStringUtf8()).isEqualTo("{\"error\":{}}");
  }

  private static UpstreamFailure refusal() {
    return new UpstreamFailure(
        new Failure.UpstreamRejected("no", 400, Failure.UpstreamRejected.Fault.CALLER),
        UpstreamFailure.Next.NOTHING,
        AttemptResult.ATTEMPT_RESULT_REJECTED,
        400,
        ByteString.copyFromUtf8("{\"error\":{}}"),
        null);
  }

  @Test
  void stream_saysWhatItsEventsCarry() {
    open(Dialect.DIALECT_ANTHROPIC_MESSAGES, MESSAGES, true);
    adapter.last().listener.onPart(new AnswerPart.Delta(delta("Hel")));
    adapter.last().listener.onPart(new AnswerPart.Delta(delta("lo")));
    adapter.last().succeed();
    assertThat(answer.events())
        .extracting(RawEvents::getKind)
        .containsExactly(
            RawEvents.Kind.KIND_CONTENT, RawEvents.Kind.KIND_CONTENT, RawEvents.Kind.KIND_CONTROL);
    assertThat(answer.events()).extracting(RawEvents::getContentEvents).containsExactly(1, 1, 0);
    assertThat(answer.sse())
        .startsWith("event: message_start\n")
        .contains("\"stop_reason\":\"end_turn\"")
        .doesNotContain("message_stop");
  }

  private static ChatDelta delta(String text) {
    return ChatDelta.newBuilder().setText(text).build();
  }
}
