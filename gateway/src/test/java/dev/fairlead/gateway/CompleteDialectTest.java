package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.fairlead.v1.Dialect;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing that a format knows is refused, lost or altered on its way to a vendor. */
class CompleteDialectTest {

  private static final String CHAT = "/v1/chat/completions";
  private static final String TURNS = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
  private static final String TOOL =
      "{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}}";

  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("");
    await().until(backends.node::ready);
  }

  @AfterAll
  static void stop() throws Exception {
    backends.close();
  }

  @BeforeEach
  void forget() {
    backends.reset();
  }

  /** The names of OpenAI's specification 2.3.0, with values of its kinds. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"audio\":{\"voice\":\"alloy\",\"format\":\"wav\"}",
        "\"frequency_penalty\":-2.0",
        "\"functions\":[{\"name\":\"f\"}],\"function_call\":{\"name\":\"f\"}",
        "\"logit_bias\":{\"50256\":-100}",
        "\"logprobs\":true,\"top_logprobs\":20",
        "\"max_completion_tokens\":7",
        "\"max_tokens\":7",
        "\"metadata\":{\"a\":\"b\"}",
        "\"modalities\":[\"text\"]",
        "\"moderation\":{\"mode\":\"auto\"}",
        "\"n\":2",
        "\"prediction\":{\"type\":\"content\",\"content\":\"x\"}",
        "\"presence_penalty\":2",
        "\"prompt_cache_key\":\"k\"",
        "\"prompt_cache_options\":{\"ttl\":\"1h\"}",
        "\"prompt_cache_retention\":\"24h\"",
        "\"reasoning_effort\":\"none\"",
        "\"response_format\":{\"type\":\"json_object\"}",
        "\"safety_identifier\":\"s\"",
        "\"seed\":-9223372036854775808",
        "\"service_tier\":\"priority\"",
        "\"stop\":[\"a\",\"b\"]",
        "\"stop\":null",
        "\"store\":false",
        "\"stream\":false",
        "\"stream\":true,\"stream_options\":{\"include_usage\":false,\"include_obfuscation\":true}",
        "\"temperature\":2",
        "\"tools\":[" + TOOL + "],\"tool_choice\":\"auto\",\"parallel_tool_calls\":false",
        "\"tools\":["
            + TOOL
            + "],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}",
        "\"top_p\":0.5",
        "\"user\":\"u\"",
        "\"verbosity\":\"low\"",
        "\"web_search_options\":{\"search_context_size\":\"low\"}",
        "\"of_next_year\":{\"deep\":[1,{\"x\":null}]}",
      })
  void chatField_reachesTheVendor_byteForByte(String field) {
    String body = "{" + field + " , " + TURNS + "}";
    HttpResponse<String> response = Http.post(backends.url(CHAT), body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(backends.provider.calls.getFirst().getRaw().getBody())
        .isEqualTo(ByteString.copyFromUtf8(body));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/chat/completions|DIALECT_OPENAI_CHAT|{" + TURNS + "}",
        "/v1/completions|DIALECT_OPENAI_COMPLETIONS|{\"prompt\":\"a\"}",
        "/v1/messages|DIALECT_ANTHROPIC_MESSAGES|{\"max_tokens\":9," + TURNS + "}",
        "/v1/responses|DIALECT_OPENAI_RESPONSES|{\"input\":\"a\"}",
      })
  void answerOfTwelveMegabytes_isWhole(String path, Dialect dialect, String body) {
    String answer = "{\"x\":\"" + "y".repeat(12 << 20) + "\"}";
    backends.provider.bodies.put(dialect, answer);
    HttpResponse<String> response = Http.post(backends.url(path), body);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body().length()).isEqualTo(answer.length());
    assertThat(response.body().equals(answer)).isTrue();
  }

  @Test
  void cheapestFeasibleModel_isNamed_whenNoneMeetsTheCap() {
    HttpResponse<String> response =
        Http.post(
            backends.url(CHAT), "{\"fairlead\":{\"max_cost_usd\":0.000000001}," + TURNS + "}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(402);
    assertThat(response.body()).contains("small").doesNotContain("large");
    assertThat(backends.provider.calls).isEmpty();
  }
}
