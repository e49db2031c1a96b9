package dev.fairlead.standalone.contract;

import static dev.fairlead.standalone.contract.Requests.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.deployment.Vendor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Answers that are given again, and those that must not be. */
interface CachingCases extends Cases {

  @Test
  default void repeatedPrompt_isAHit_withTheSameBytes_andCostsNothing() {
    String prompt = "Tell me about " + unique();

    Answer first = chat(Requests.chat("small", prompt));
    Answer second = chat(Requests.chat("small", prompt));

    assertThat(first.header("x-fairlead-cache")).isEqualTo("miss");
    assertThat(second.header("x-fairlead-cache")).isEqualTo("hit");
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(second.header("x-model-used")).isEqualTo("small");
    assertThat(second.header("x-query-cost")).isEqualTo("0");
    assertThat(deployment().vendor().received(prompt)).hasSize(1);
  }

  @Test
  default void completeEntry_isReplayedAsAStream() {
    String prompt = "Tell me about " + unique();
    chat(Requests.chat("small", prompt));

    Answer replay = chat(Requests.stream("small", prompt));

    assertThat(replay.header("x-fairlead-cache")).isEqualTo("hit");
    assertThat(replay.header("content-type")).startsWith("text/event-stream");
    assertThat(replay.streamedText()).isEqualTo(Vendor.SAYS + "small-up");
    assertThat(replay.data().getLast()).isEqualTo("[DONE]");
    assertThat(deployment().vendor().received(prompt)).hasSize(1);
  }

  @Test
  default void streamedEntry_isReplayedAsJson_andAsTheSameStream() {
    String prompt = "Tell me about " + unique();
    Answer live = chat(Requests.stream("small", prompt));

    Answer json = chat(Requests.chat("small", prompt));
    Answer stream = chat(Requests.stream("small", prompt));

    assertThat(json.header("x-fairlead-cache")).isEqualTo("hit");
    assertThat(json.text()).isEqualTo(Vendor.SAYS + "small-up");
    assertThat(json.json().path("usage").path("completion_tokens").asInt())
        .isEqualTo(Vendor.COMPLETION_TOKENS);
    assertThat(stream.header("x-fairlead-cache")).isEqualTo("hit");
    assertThat(stream.data()).isEqualTo(live.data());
    assertThat(deployment().vendor().received(prompt)).hasSize(1);
  }

  @Test
  default void differentRequests_doNotShareAnEntry() {
    String prompt = "Tell me about " + unique();
    chat(Requests.chat("small", prompt));

    List<String> others =
        List.of(
            Requests.chat("large", prompt),
            Requests.chat("small", prompt, ",\"temperature\":0.7"),
            Requests.chat("small", prompt, ",\"seed\":7"),
            Requests.chat("small", prompt, ",\"response_format\":{\"type\":\"json_object\"}"),
            Requests.chat("small", prompt)
                .replace("[{", "[{\"role\":\"system\",\"content\":\"Be brief.\"},{"));

    for (String other : others) {
      assertThat(chat(other).header("x-fairlead-cache")).as(other).isNotEqualTo("hit");
    }
    assertThat(deployment().vendor().received(prompt)).hasSize(1 + others.size());
  }

  @Test
  default void cacheControl_isObeyed() {
    String prompt = "Tell me about " + unique();
    String body = Requests.chat("small", prompt);

    assertThat(chat(body, "Cache-Control", "no-store").header("x-fairlead-cache"))
        .isEqualTo("bypass");
    assertThat(chat(body).header("x-fairlead-cache")).as("nothing was stored").isEqualTo("miss");
    assertThat(chat(body, "Cache-Control", "no-cache").header("x-fairlead-cache"))
        .isIn("bypass", "miss");
    assertThat(chat(body, "Cache-Control", "max-age=0").header("x-fairlead-cache"))
        .isEqualTo("miss");
    assertThat(chat(body, "Cache-Control", "max-age=600").header("x-fairlead-cache"))
        .isEqualTo("hit");
    assertThat(deployment().vendor().received(prompt)).hasSize(4);
  }

  @Test
  default void toolCallsAndFailures_areNotKept() {
    String tool = "[[tool]] " + unique();
    String failure = "[[status 400]] " + unique();
    for (int i = 0; i < 2; i++) {
      chat(Requests.chat("small", tool, ToolBodies.WEATHER));
      chat(Requests.chat("small", failure));
    }

    assertThat(deployment().vendor().received(tool)).hasSize(2);
    assertThat(deployment().vendor().received(failure)).hasSize(2);
  }

  @Test
  default void identicalConcurrentRequests_makeOneCall() {
    String word = unique();
    String prompt = "[[hold " + word + "]] Tell me about it";
    List<CompletableFuture<Answer>> calls =
        IntStream.range(0, 20)
            .mapToObj(i -> deployment().client().postAsync(CHAT, Requests.chat("small", prompt)))
            .toList();
    await().until(() -> !deployment().vendor().received(prompt).isEmpty());
    await().until(() -> inFlight() >= 20);

    deployment().vendor().release(word);
    List<Answer> answers = calls.stream().map(CompletableFuture::join).toList();

    assertThat(answers)
        .allSatisfy(answer -> assertThat(answer.status()).as(answer.body()).isEqualTo(200));
    assertThat(answers.stream().map(Answer::text).distinct())
        .containsExactly(Vendor.SAYS + "small-up");
    assertThat(deployment().vendor().received(prompt)).hasSize(1);
    assertThat(answers.stream().filter(answer -> answer.header("x-fairlead-cache").equals("miss")))
        .hasSize(1);
    assertThat(answers.stream().filter(answer -> answer.header("x-query-cost").equals("0")))
        .hasSize(19);
  }

  @Test
  default void stats_countHits_andFlushForgets() {
    String prompt = "Tell me about " + unique();
    chat(Requests.chat("small", prompt));
    JsonNode before = deployment().client().get("/cache/stats").json();
    chat(Requests.chat("small", prompt));

    await()
        .untilAsserted(() -> {
          JsonNode after = deployment().client().get("/cache/stats").json();
          assertThat(after.path("exact_hits").asLong())
              .as(after.toString())
              .isGreaterThan(before.path("exact_hits").asLong());
        });
    Answer flushed = deployment().client().postNothing("/cache/flush");
    assertThat(flushed.status()).as(flushed.body()).isEqualTo(200);
    assertThat(chat(Requests.chat("small", prompt)).header("x-fairlead-cache")).isEqualTo("miss");
  }

  /** Requests under way, by the gateway's own gauge. */
  default double inFlight() {
    return Metrics.of(deployment().client()).value("llm_router_requests_in_flight");
  }
}
