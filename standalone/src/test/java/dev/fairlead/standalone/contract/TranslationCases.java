package dev.fairlead.standalone.contract;

import static dev.fairlead.standalone.contract.Requests.unique;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.deployment.Vendor;
import org.junit.jupiter.api.Test;

/** Clients of other dialects on a vendor that speaks OpenAI's chat. */
interface TranslationCases extends Cases {

  private static String messages(String word, String more) {
    return "{\"model\":\"small\",\"max_tokens\":50,\"system\":\"Be"
        + " brief.\",\"messages\":[{\"role\":"
        + "\"user\",\"content\":[{\"type\":\"text\",\"text\":\""
        + word
        + "\"}]}]"
        + more
        + "}";
  }

  @Test
  default void messages_areAnsweredByAVendorOfTheOtherDialect() {
    String word = unique();

    Answer answer = deployment().client().post("/v1/messages", messages(word, ""));

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    JsonNode message = answer.json();
    assertThat(message.path("type").asText()).isEqualTo("message");
    assertThat(message.path("content").get(0).path("text").asText())
        .isEqualTo(Vendor.SAYS + "small-up");
    assertThat(message.path("stop_reason").asText()).isEqualTo("end_turn");
    assertThat(message.path("usage").path("input_tokens").asInt()).isEqualTo(Vendor.PROMPT_TOKENS);
    JsonNode sent = deployment().vendor().received(word).getFirst().json();
    assertThat(sent.path("messages").get(0).path("role").asText()).isEqualTo("system");
    assertThat(sent.path("messages").get(1).path("content").asText()).isEqualTo(word);
    assertThat(answer.headers().toString()).doesNotContain("x-fairlead-dropped");
  }

  @Test
  default void messagesStream_isAnthropicsFromStartToStop() {
    String body = messages(unique(), ",\"stream\":true");

    Answer answer = deployment().client().post("/v1/messages", body);

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).startsWith("event: message_start\n");
    assertThat(answer.body()).containsOnlyOnce("event: message_delta\n");
    assertThat(answer.body().stripTrailing()).endsWith("data: {\"type\":\"message_stop\"}");
    assertThat(answer.body()).doesNotContain("[DONE]").doesNotContain("chat.completion");
  }

  @Test
  default void toolCall_isAToolUse() {
    String tools =
        ",\"tools\":[{\"name\":\"weather\",\"input_schema\":{\"type\":\"object\"}}],\"tool_choice\":"
            + "{\"type\":\"any\"}";

    Answer answer =
        deployment().client().post("/v1/messages", messages("[[tool]] " + unique(), tools));

    JsonNode block = answer.json().path("content").get(0);
    assertThat(block.path("type").asText()).isEqualTo("tool_use");
    assertThat(block.path("input").path("city").asText()).isEqualTo("Kiel");
    assertThat(answer.json().path("stop_reason").asText()).isEqualTo("tool_use");
  }

  @Test
  default void whatIsLeftOut_isNamedInAHeader() {
    Answer whole =
        deployment()
            .client()
            .post("/v1/messages", messages(unique(), ",\"later\":1,\"inference_geo\":\"eu\""));
    assertThat(whole.header("x-fairlead-dropped")).isEqualTo("later, inference_geo");

    Answer streamed =
        deployment()
            .client()
            .post("/v1/messages", messages(unique(), ",\"la\\nter\":1,\"stream\":true"));
    assertThat(streamed.header("x-fairlead-dropped")).isEqualTo("la?ter");
  }

  @Test
  default void whatCannotBeSaid_isA400InTheClientsDialect() {
    String search = ",\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}]";

    Answer answer = deployment().client().post("/v1/messages", messages(unique(), search));

    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.json().path("type").asText()).isEqualTo("error");
    assertThat(answer.json().path("error").path("type").asText())
        .isEqualTo("invalid_request_error");
    assertThat(answer.json().path("error").path("message").asText()).contains("tools[0].type");
  }

  @Test
  default void responses_areAnsweredByAVendorThatKnowsOnlyChat() {
    String word = unique();

    Answer answer =
        deployment()
            .client()
            .post("/v1/responses", "{\"model\":\"small\",\"input\":\"" + word + "\"}");

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.json().path("object").asText()).isEqualTo("response");
    assertThat(answer.json().path("output").get(0).path("content").get(0).path("text").asText())
        .isEqualTo(Vendor.SAYS + "small-up");
  }
}
