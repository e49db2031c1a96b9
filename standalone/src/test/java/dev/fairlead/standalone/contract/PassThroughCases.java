package dev.fairlead.standalone.contract;

import static dev.fairlead.standalone.contract.Requests.unique;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.deployment.Vendor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What reaches the vendor, and what comes back, when both sides speak the same dialect. */
interface PassThroughCases extends Cases {

  @Test
  default void body_reachesTheVendorByteForByte_butForTheModel() {
    String word = unique();
    String body =
        """
        { "zeta" : 1.0, "big":9007199254740993123, "model":"small",
          "messages":[{"role":"user","content":"%s \\u00e4\\ud83d\\ude00 \\/","x":[1e2,-0,{"b":null,"a":true}]}],
          "future":{"nested":{"deep":[0.1000]}},"temperature":0.70}\
        """
            .formatted(word);

    Answer answer = chat(body);

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(deployment().vendor().received(word).getFirst().body())
        .isEqualTo(body.replace("\"small\"", "\"small-up\""));
  }

  @Test
  default void fairleadMember_staysHere() {
    String word = unique();

    chat(
        Requests.chat(
            "auto",
            word,
            ",\"fairlead\":{\"policy\":\"cheapest\",\"tags\":[\"t\"]},\"user\":\"u\""));

    String sent = deployment().vendor().received(word).getFirst().body();
    assertThat(sent).doesNotContain("fairlead").contains("\"user\":\"u\"").contains("\"small-up\"");
  }

  @Test
  default void vendor_seesItsOwnKey_andNothingOfTheClients() {
    String word = unique();

    Answer answer =
        chat(
            Requests.chat("small", word),
            "Authorization",
            "Bearer sk-of-the-client",
            "Cookie",
            "session=secret",
            "X-Forwarded-For",
            "10.1.2.3",
            "X-Fairlead-Policy",
            "cheapest");

    var headers = deployment().vendor().received(word).getFirst().request().headers();
    assertThat(headers.get("authorization")).isEqualTo("Bearer " + Vendor.API_KEY);
    assertThat(headers.toString())
        .doesNotContain("sk-of-the-client")
        .doesNotContain("session=secret");
    assertThat(headers.contains("x-forwarded-for")).isFalse();
    assertThat(headers.names()).noneMatch(name -> name.toString().startsWith("x-fairlead"));
    assertThat(answer.headers().toString() + answer.body()).doesNotContain(Vendor.API_KEY);
  }

  @Test
  default void answer_comesBackWithFieldsNobodyKnows() {
    Answer answer = chat(Requests.chat("small", "Hello " + unique()));

    assertThat(answer.body()).contains("\"vendor_extra\":{\"a\":[1,2.50]}");
    assertThat(answer.text()).isEqualTo(Vendor.SAYS + "small-up");
  }

  @Test
  default void toolCalls_comeBackWhole() {
    Answer answer = chat(Requests.chat("small", "[[tool]] " + unique(), ToolBodies.WEATHER));

    assertThat(answer.json().at("/choices/0/message/tool_calls/0/function/arguments").asText())
        .isEqualTo("{\"city\":\"Kiel\"}");
    assertThat(answer.json().at("/choices/0/finish_reason").asText()).isEqualTo("tool_calls");
  }

  @Test
  default void embeddings_ofAProvider_passThrough() {
    String word = unique();

    Answer answer =
        deployment()
            .client()
            .post("/v1/embeddings", "{\"model\":\"vectors\",\"input\":[\"" + word + "\",\"b\"]}");

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.json().path("data")).hasSize(2);
    assertThat(answer.json().at("/data/0/embedding/1").asDouble()).isEqualTo(-0.5);
    assertThat(deployment().vendor().received(word).getFirst().json().path("model").asText())
        .isEqualTo("vectors-up");
    assertThat(List.of(answer.header("x-model-used"))).containsExactly("vectors");
  }
}
