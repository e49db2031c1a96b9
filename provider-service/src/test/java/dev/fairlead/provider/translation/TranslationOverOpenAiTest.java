package dev.fairlead.provider.translation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.linecorp.armeria.client.ClientFactory;
import dev.fairlead.common.config.Secret;
import dev.fairlead.provider.call.AnswerPart;
import dev.fairlead.provider.call.ModelProvider;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.http.HttpProtocol;
import dev.fairlead.provider.openai.OpenAiConfig;
import dev.fairlead.provider.openai.OpenAiProvider;
import dev.fairlead.provider.resilience.LimitSettings;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.ScriptedUpstream;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.Dialect;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of Anthropic's and of the newer OpenAI dialect on a server that speaks chat. */
class TranslationOverOpenAiTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String MESSAGES =
      "{\"model\":\"auto\",\"max_tokens\":64,\"system\":\"Be brief.\",\"stop_sequences\":[\"END\"],"
          + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"tools\":[{\"name\":\"weather\","
          + "\"description\":\"d\",\"input_schema\":{\"type\":\"object\",\"maximum\":"
          + "9007199254740993}}],\"tool_choice\":{\"type\":\"any\","
          + "\"disable_parallel_tool_use\":true}}";
  private static final String RESPONSES =
      "{\"model\":\"auto\",\"instructions\":\"Be brief.\",\"input\":\"hi\"}";

  private static ScriptedUpstream upstream;
  private static ClientFactory factory;
  private static ModelProvider provider;

  @BeforeAll
  static void startServers() {
    upstream = ScriptedUpstream.start();
    factory = ClientFactory.builder().build();
    provider =
        TranslatingProvider.around(
            new OpenAiProvider(
                "lab",
                new OpenAiConfig(upstream.baseUrl(), new Secret("sk-test"), HttpProtocol.AUTO),
                new LimitSettings(10, 8 << 20, 1 << 20),
                factory));
  }

  @AfterAll
  static void stopServers() {
    factory.close();
    upstream.close();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
  }

  private static RecordedAnswer answer(
      Dialect dialect, String body, String script, boolean stream) {
    RecordedAnswer answer = new RecordedAnswer();
    RequestForm form = new RequestForm.Raw(Spans.raw(dialect, body));
    provider.open(TypedCalls.call(script, form, stream), answer);
    return answer.await();
  }

  private static JsonNode body(RecordedAnswer answer) throws IOException {
    return JSON.readTree(
        ((AnswerPart.Body) answer.parts().getFirst()).answer().getBody().toByteArray());
  }

  @Test
  void messagesRequest_reachesTheServerAsChat() throws IOException {
    answer(Dialect.DIALECT_ANTHROPIC_MESSAGES, MESSAGES, "ok", false).completion();
    JsonNode sent = JSON.readTree(upstream.last().body());
    assertThat(sent.path("model").asText()).isEqualTo("ok");
    assertThat(sent.path("messages").get(0).path("role").asText()).isEqualTo("system");
    assertThat(sent.path("messages").get(1).path("content").asText()).isEqualTo("hi");
    assertThat(sent.path("max_tokens").asInt()).isEqualTo(64);
    assertThat(sent.path("stop").get(0).asText()).isEqualTo("END");
    assertThat(sent.path("tool_choice").asText()).isEqualTo("required");
    assertThat(sent.path("parallel_tool_calls").booleanValue()).isFalse();
    assertThat(upstream.last().body()).contains("\"maximum\":9007199254740993");
  }

  @Test
  void messagesAnswer_isAMessage_withItsToolsAndUsage() throws IOException {
    JsonNode plain = body(answer(Dialect.DIALECT_ANTHROPIC_MESSAGES, MESSAGES, "ok", false));
    assertThat(plain.path("type").asText()).isEqualTo("message");
    assertThat(plain.path("content").get(0).path("text").asText()).isEqualTo("Hello world");
    assertThat(plain.path("stop_reason").asText()).isEqualTo("end_turn");
    assertThat(plain.path("usage").path("output_tokens").asInt()).isPositive();
    JsonNode tools = body(answer(Dialect.DIALECT_ANTHROPIC_MESSAGES, MESSAGES, "tools", false));
    assertThat(tools.path("stop_reason").asText()).isEqualTo("tool_use");
    assertThat(tools.findPath("input").path("city").asText()).isEqualTo("Oslo");
  }

  @Test
  void responsesAnswer_isAResponse_streamedAndWhole() throws IOException {
    JsonNode whole = body(answer(Dialect.DIALECT_OPENAI_RESPONSES, RESPONSES, "ok", false));
    assertThat(whole.path("object").asText()).isEqualTo("response");
    assertThat(whole.findPath("text").asText()).isEqualTo("Hello world");
    String sse = answer(Dialect.DIALECT_OPENAI_RESPONSES, RESPONSES, "tools", true).sse();
    assertThat(sse)
        .contains("event: response.function_call_arguments.done\n")
        .contains("event: response.completed\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ok", "crlf", "no-usage", "utf8", "tools", "empty-content"})
  void messagesStream_beginsAndEndsOnce_whateverTheServerSends(String script) {
    RecordedAnswer answer = answer(Dialect.DIALECT_ANTHROPIC_MESSAGES, MESSAGES, script, true);
    answer.completion();
    assertThat(answer.sse()).containsOnlyOnce("event: message_start\n");
    assertThat(answer.sse()).containsOnlyOnce("event: message_delta\n");
    assertThat(answer.endedOnce()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cut", "error-midstream"})
  void brokenStream_hasNoEnd(String script) {
    RecordedAnswer answer = answer(Dialect.DIALECT_ANTHROPIC_MESSAGES, MESSAGES, script, true);
    assertThat(answer.failure()).isNotNull();
    assertThat(answer.sse()).contains("message_start").doesNotContain("message_delta");
  }
}
