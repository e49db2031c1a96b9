package dev.fairlead.standalone.contract;

import static dev.fairlead.standalone.contract.Requests.EASY;
import static dev.fairlead.standalone.contract.Requests.HARD;
import static dev.fairlead.standalone.contract.Requests.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.deployment.Vendor;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

/** Which model answers, and what the answer says about it. */
interface RoutingCases extends Cases {

  @Test
  default void easyAndHardPrompts_goToDifferentTiers() {
    Answer easy = chat(Requests.chat("auto", EASY));
    Answer hard = chat(Requests.chat("auto", HARD));

    assertThat(easy.status()).as(easy.body()).isEqualTo(200);
    assertThat(easy.header("x-model-used")).isEqualTo("small");
    assertThat(hard.header("x-model-used")).isEqualTo("large");
    assertThat(easy.header("x-fairlead-policy")).isEqualTo("complexity");
    assertThat(complexity(easy)).isBetween(0.0, 0.3);
    assertThat(complexity(hard)).isBetween(0.7, 1.0);
  }

  @Test
  default void namedModel_isUsed_whateverThePrompt() {
    Answer answer = chat(Requests.chat("large", EASY + " " + unique()));

    assertThat(answer.header("x-model-used")).isEqualTo("large");
    assertThat(answer.header("x-fairlead-policy")).isEqualTo("explicit");
    assertThat(answer.text()).isEqualTo(Vendor.SAYS + "large-up");
  }

  @Test
  default void absentModel_meansAuto() {
    Answer answer =
        chat("{\"messages\":[{\"role\":\"user\",\"content\":\"Hello, " + unique() + "\"}]}");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("x-fairlead-policy")).isEqualTo("complexity");
  }

  @Test
  default void policyInTheModelName_decides() {
    String hard = HARD + unique();

    Answer cheapest = chat(Requests.chat("auto:cheapest", hard));
    Answer longPrompt = chat(Requests.chat("auto:prompt_length", hard));
    Answer shortPrompt = chat(Requests.chat("auto:prompt_length", "Prove it, " + unique()));

    assertThat(cheapest.header("x-model-used")).isEqualTo("small");
    assertThat(cheapest.header("x-fairlead-policy")).isEqualTo("cheapest");
    assertThat(longPrompt.header("x-model-used")).isEqualTo("large");
    assertThat(shortPrompt.header("x-model-used")).isEqualTo("small");
    assertThat(shortPrompt.header("x-fairlead-policy")).isEqualTo("prompt_length");
  }

  @Test
  default void answer_carriesItsCostAndItsReason() {
    Answer answer = chat(Requests.chat("small", "What does it cost, " + unique() + "?"));

    // 12 x 0.10 + 5 x 0.20 USD per million; the baseline takes 12 x 10 + 5 x 20.
    assertThat(answer.header("x-query-cost")).isEqualTo("0.0000022");
    assertThat(new BigDecimal(answer.header("x-fairlead-saved"))).isEqualByComparingTo("0.0002178");
    assertThat(answer.header("x-fairlead-saved")).doesNotContainIgnoringCase("e");
    assertThat(answer.header("x-fairlead-cache")).isEqualTo("miss");
    assertThat(answer.header("x-fairlead-reason")).isEqualTo("explicit_model");
    assertThat(answer.header("x-fairlead-attempts")).isEqualTo("1");
    assertThat(Double.parseDouble(answer.header("x-fairlead-overhead-ms")))
        .isBetween(0.0, 60_000.0);
  }

  @Test
  default void requestId_isEchoedWhenItIsWellFormed_andReplacedWhenNot() {
    String body = Requests.chat("small", "Hello " + unique());

    assertThat(chat(body, "X-Request-ID", "my-id_42.x").header("x-request-id"))
        .isEqualTo("my-id_42.x");
    assertThat(chat(body).header("x-request-id")).isNotBlank();
    assertThat(chat(body, "X-Request-ID", "x".repeat(2_000)).header("x-request-id"))
        .isNotBlank()
        .hasSizeLessThan(200);
    assertThat(chat(body, "X-Request-ID", "<script>alert(1)</script>").header("x-request-id"))
        .doesNotContain("<");
  }

  @Test
  default void costCap_rulesOutDearModels_andIsRefusedWhenNoneIsLeft() {
    Answer capped =
        chat(Requests.chat("auto", HARD + unique(), ",\"fairlead\":{\"max_cost_usd\":0.001}"));
    Answer impossible =
        chat(
            Requests.chat("auto", HARD + unique(), ",\"fairlead\":{\"max_cost_usd\":0.000000001}"));

    assertThat(capped.status()).as(capped.body()).isEqualTo(200);
    assertThat(capped.header("x-model-used")).isNotEqualTo("large");
    assertThat(impossible.status()).isEqualTo(402);
  }

  @Test
  default void route_isADryRun() {
    int before = deployment().vendor().count();

    JsonNode chat =
        deployment().client().post("/v1/route", Requests.chat("auto", HARD + unique())).json();
    JsonNode infer =
        deployment()
            .client()
            .post("/v1/route", "{\"prompt\":\"Hello\",\"policy\":\"cheapest\"}")
            .json();

    assertThat(chat.path("model").asText()).as(chat.toString()).isEqualTo("large");
    assertThat(chat.path("policy").asText()).isEqualTo("complexity");
    assertThat(chat.path("complexity").asDouble()).isGreaterThanOrEqualTo(0.7);
    assertThat(chat.path("estimated_cost_usd").decimalValue()).isPositive();
    assertThat(chat.path("candidates").findValuesAsText("model"))
        .contains("small", "medium", "large");
    assertThat(infer.path("model").asText()).isEqualTo("small");
    assertThat(infer.path("policy").asText()).isEqualTo("cheapest");
    assertThat(deployment().vendor().count()).isEqualTo(before);
  }

  @Test
  default void infer_answersWithWhatItTook() {
    Answer answer =
        deployment()
            .client()
            .post(
                "/v1/infer",
                "{\"prompt\":\"Hello "
                    + unique()
                    + "\",\"policy\":\"cheapest\",\"max_tokens\":50}");

    JsonNode json = answer.json();
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(json.path("text").asText()).isEqualTo(Vendor.SAYS + "small-up");
    assertThat(json.path("model").asText()).isEqualTo("small");
    assertThat(json.path("policy").asText()).isEqualTo("cheapest");
    assertThat(json.path("cache").asText()).isEqualTo("miss");
    assertThat(json.path("cost_usd").decimalValue()).isEqualByComparingTo("0.0000022");
    assertThat(json.path("latency_ms").asDouble()).isPositive();
    assertThat(json.has("reason")).isTrue();
    assertThat(json.has("complexity")).isTrue();
  }

  private static double complexity(Answer answer) {
    return Double.parseDouble(answer.header("x-fairlead-complexity"));
  }
}
