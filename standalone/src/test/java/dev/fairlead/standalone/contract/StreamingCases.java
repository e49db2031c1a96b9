package dev.fairlead.standalone.contract;

import static dev.fairlead.standalone.contract.Requests.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.deployment.Vendor;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Answers that come in pieces. */
interface StreamingCases extends Cases {

  @Test
  default void stream_endsWithDone_andShowsNoUsage_whenNobodyAskedForIt() {
    Answer answer = chat(Requests.stream("small", "Hello " + unique()));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("content-type")).startsWith("text/event-stream");
    assertThat(answer.header("cache-control")).contains("no-cache");
    assertThat(answer.header("x-model-used")).isEqualTo("small");
    assertThat(answer.streamedText()).isEqualTo(Vendor.SAYS + "small-up");
    assertThat(answer.data().getLast()).isEqualTo("[DONE]");
    assertThat(answer.events()).noneMatch(event -> event.path("choices").isEmpty());
    assertThat(answer.body()).doesNotContain("prompt_tokens");
  }

  @Test
  default void stream_endsWithUsage_whenItWasAskedFor() {
    String body =
        Requests.chat(
            "small",
            "Hello " + unique(),
            ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");

    Answer answer = chat(body);

    JsonNode last = answer.events().getLast();
    assertThat(last.path("choices")).isEmpty();
    assertThat(last.path("usage").path("prompt_tokens").asInt()).isEqualTo(Vendor.PROMPT_TOKENS);
    assertThat(last.path("usage").path("completion_tokens").asInt())
        .isEqualTo(Vendor.COMPLETION_TOKENS);
    assertThat(last.path("fairlead").isObject()).as(last.toString()).isTrue();
    assertThat(answer.events()).filteredOn(event -> event.path("usage").isObject()).hasSize(1);
    assertThat(answer.data().getLast()).isEqualTo("[DONE]");
  }

  @Test
  default void usage_isAskedOfTheVendor_withoutTouchingOtherStreamOptions() {
    String word = unique();

    chat(
        Requests.chat(
            "small", word, ",\"stream\":true,\"stream_options\":{\"include_obfuscation\":false}"));

    JsonNode options =
        deployment().vendor().received(word).getFirst().json().path("stream_options");
    assertThat(options.path("include_usage").asBoolean()).isTrue();
    assertThat(options.path("include_obfuscation").isBoolean()).isTrue();
  }

  @Test
  default void events_arePassedOnUnchanged() {
    Answer answer = chat(Requests.stream("small", "Hello " + unique()));

    assertThat(answer.data().get(1)).contains("\"vendor_extra\":1.50");
  }

  @Test
  default void cutStream_endsWithAnErrorEvent_andWithoutDone() {
    String prompt = "[[cut]] " + unique();

    Answer answer = chat(Requests.stream("small", prompt));
    List<JsonNode> events = answer.events();

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.streamedText()).startsWith(Vendor.SAYS);
    assertThat(events.getLast().path("error").path("message").asText())
        .as(answer.body())
        .isNotBlank();
    assertThat(events.getLast().path("error").path("type").asText()).isEqualTo("server_error");
    assertThat(answer.data()).doesNotContain("[DONE]");
    assertThat(deployment().vendor().received(prompt)).as("not replayed after content").hasSize(1);
    assertThat(chat(Requests.stream("small", prompt)).header("x-fairlead-cache"))
        .as("not kept")
        .isEqualTo("miss");
  }

  @Test
  default void goneClient_cancelsTheVendor_andLeavesNothingBehind() throws Exception {
    String prompt = "[[endless]] " + unique();
    double cancelledBefore = cancelled();

    HttpResponse<InputStream> response =
        deployment().client().open(CHAT, Requests.stream("small", prompt));
    readUntil(response.body(), "tick");
    assertThat(Metrics.of(deployment().client()).value("llm_router_requests_in_flight"))
        .isPositive();
    response.body().close();

    Vendor.Received call = deployment().vendor().received(prompt).getFirst();
    assertThat(call.finished().get(10, TimeUnit.SECONDS))
        .as("the vendor's answer was taken whole")
        .isFalse();
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> {
          assertThat(Metrics.of(deployment().client()).value("llm_router_requests_in_flight"))
              .isZero();
          assertThat(cancelled()).isEqualTo(cancelledBefore + 1);
        });
    assertThat(chat(Requests.chat("small", "Still there, " + unique() + "?")).status())
        .isEqualTo(200);
  }

  private double cancelled() {
    return Metrics.of(deployment().client())
        .value("llm_router_requests_total", "status=\"cancelled\"");
  }

  private static void readUntil(InputStream stream, String text) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(text) < 0) {
      int next = stream.read();
      assertThat(next).as(read.toString()).isNotNegative();
      read.append((char) next);
    }
  }
}
