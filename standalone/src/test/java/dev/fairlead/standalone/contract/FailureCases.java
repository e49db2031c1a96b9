package dev.fairlead.standalone.contract;

import static dev.fairlead.standalone.contract.Requests.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.deployment.Vendor;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong, and what the client is told. */
interface FailureCases extends Cases {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"model\":\"small\",\"messages\":[{\"role\":\"user\",\"content\":\"x",
        "{\"model\":\"small\",\"messages\":[]} {}",
        "[]",
        "\"text\"",
        "{\"model\":\"small\",\"model\":\"large\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
        "{\"model\":\"small\",\"Model\":\"large\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
        "{\"model\":\"small\",\"mod\\u0065l\":\"large\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
        "{\"model\":7,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
        "{\"model\":\"small\"}",
        "{\"model\":\"small\",\"messages\":[]}",
        "{\"model\":\"small\",\"messages\":\"x\"}",
        "{\"model\":\"small\",\"messages\":[{\"role\":\"user\",\"content\":5}]}",
        "{\"model\":\"small\",\"messages\":[{\"role\":\"wizard\",\"content\":\"x\"}]}",
        "{\"model\":\"small\",\"stream\":\"true\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
        "{\"model\":\"small\",\"max_tokens\":-1,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
        "{\"model\":\"small\",\"temperature\":\"hot\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
        "{\"model\":\"small\",\"n\":1.5,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
      })
  default void invalidBody_isRefused_withoutACall(String body) {
    int before = deployment().vendor().count();

    Answer answer = chat(body);

    JsonNode error = error(answer, 400);
    assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
    assertThat(deployment().vendor().count()).isEqualTo(before);
  }

  @Test
  default void invalidUtf8_isRefused() {
    byte[] body = Requests.chat("small", "?").getBytes(StandardCharsets.UTF_8);
    body[new String(body, StandardCharsets.UTF_8).indexOf('?')] = (byte) 0xff;

    error(deployment().client().post(CHAT, body), 400);
  }

  @Test
  default void deepNesting_isRefused() {
    error(chat("{\"messages\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}"), 400);
  }

  @Test
  default void unknownModel_isNotFound() {
    JsonNode error = error(chat(Requests.chat("gpt-none", "x")), 404);

    assertThat(error.path("code").asText()).isEqualTo("model_not_found");
    assertThat(error.path("param").asText()).isEqualTo("model");
    error(chat(Requests.chat("auto:magic", "x")), 404);
  }

  @Test
  default void oversizedBody_isRefused() {
    error(chat(Requests.chat("small", "x".repeat(2 << 20))), 413);
  }

  @ParameterizedTest
  @CsvSource({"400,400", "422,422", "500,502", "401,502", "403,502", "404,404"})
  default void vendorsStatus_becomesOurs(int vendors, int ours) {
    String prompt = "[[status " + vendors + "]] " + unique();

    Answer answer = chat(Requests.chat("small", prompt));

    error(answer, ours);
    if (vendors == 400) {
      assertThat(answer.body())
          .as("the vendor's own words")
          .contains("vendor says 400")
          .contains("vendor_code");
      assertThat(deployment().vendor().received(prompt)).as("not tried again").hasSize(1);
    }
  }

  @Test
  default void vendorsRateLimit_isPassedOn_withItsDelay() {
    Answer answer = chat(Requests.chat("small", "[[status 429]] " + unique()));

    JsonNode error = error(answer, 429);
    assertThat(error.path("type").asText()).isEqualTo("rate_limit_error");
    assertThat(Integer.parseInt(answer.header("retry-after"))).isBetween(1, 7);
  }

  @Test
  default void garbage_isABadGateway() {
    JsonNode error = error(chat(Requests.chat("small", "[[garbage]] " + unique())), 502);

    assertThat(error.path("type").asText()).isEqualTo("server_error");
  }

  @Test
  default void failingStream_isAnOrdinaryError_beforeItsFirstEvent() {
    Answer answer = chat(Requests.stream("small", "[[status 400]] " + unique()));

    error(answer, 400);
    assertThat(answer.header("content-type")).startsWith("application/json");
  }

  @Test
  default void autoRequest_fallsBack_whenTheFirstModelFails() {
    Answer answer = chat(Requests.chat("auto:cheapest", "[[fail small-up 500]] " + unique()));

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.header("x-model-used")).isEqualTo("medium");
    assertThat(Integer.parseInt(answer.header("x-fairlead-attempts"))).isGreaterThanOrEqualTo(2);
  }

  @Test
  default void nextRequest_isFine_afterAllOfThis() {
    Answer answer = chat(Requests.chat("medium", "Hello " + unique()));

    assertThat(answer.text()).isEqualTo(Vendor.SAYS + "medium-up");
  }

  private static JsonNode error(Answer answer, int status) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.header("x-request-id")).isNotBlank();
    JsonNode error = answer.json().path("error");
    assertThat(error.path("message").asText()).isNotBlank();
    assertThat(error.has("type")).isTrue();
    assertThat(error.has("param")).isTrue();
    assertThat(error.has("code")).isTrue();
    assertThat(answer.body())
        .doesNotContain(Vendor.API_KEY)
        .doesNotContain("127.0.0.1")
        .doesNotContain("Exception")
        .doesNotContain("at dev.fairlead");
    return error;
  }
}
