package dev.fairlead.standalone.contract;

import static dev.fairlead.standalone.contract.Requests.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.standalone.deployment.SpanCollector.ReceivedSpan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** One trace a request, whichever processes it passes. */
interface TracingCases extends Cases {

  /** The trace beside a bucket of a histogram, as OpenMetrics writes it. */
  Pattern EXEMPLAR =
      Pattern.compile(
          "llm_router_request_duration_seconds_bucket\\{[^}]*} \\d+ #"
              + " \\{[^}]*trace_id=\"(\\w{32})\"");

  @Test
  default void trace_goesThroughEveryService_underTheClientsId() {
    String trace = freshTrace();
    String parent = "00f067aa0ba902b7";

    chat(
        Requests.chat("auto", "Tell me about " + unique()),
        "traceparent",
        "00-" + trace + "-" + parent + "-01");

    await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(() -> {
          List<ReceivedSpan> spans = deployment().spans().ofTrace(trace);
          assertThat(spans)
              .extracting(ReceivedSpan::name)
              .contains(
                  "fairlead.v1.CacheService/Lookup",
                  "fairlead.v1.ScorerService/Analyze",
                  "fairlead.v1.ProviderService/Generate",
                  "fairlead.v1.CacheService/Store",
                  "admit",
                  "cache",
                  "score",
                  "route");
          assertThat(spans)
              .as("one try of a model")
              .filteredOn(span -> span.name().matches("chat \\w+-up"))
              .hasSize(1);
          assertThat(parentOf(spans, "fairlead.v1.CacheService/Lookup")).isEqualTo("cache");
          assertThat(parentOf(spans, "fairlead.v1.ScorerService/Analyze")).isEqualTo("score");
          assertThat(spans)
              .as("the gateway's own")
              .anyMatch(span -> span.parentSpanId().equals(parent));
          assertThat(spans)
              .as("every other span hangs on one of them")
              .allMatch(span ->
                  span.parentSpanId().equals(parent)
                      || spans.stream()
                          .anyMatch(other -> other.spanId().equals(span.parentSpanId())));
        });
  }

  @Test
  default void routeSpan_tellsTheReason_andWhatWasDroppedForWhat() {
    String trace = freshTrace();

    chat(
        Requests.chat("auto:cheapest", "Tell me about " + unique()),
        "traceparent",
        "00-" + trace + "-00f067aa0ba902b7-01");

    await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(() ->
            assertThat(deployment().spans().ofTrace(trace))
                .filteredOn(span -> span.name().equals("route"))
                .singleElement()
                .satisfies(span -> {
                  assertThat(span.attributes())
                      .containsEntry("fairlead.policy", "cheapest")
                      .containsEntry("fairlead.reason", "lowest_cost");
                  assertThat(span.attributes().get("fairlead.dropped"))
                      .contains(": embeddings_only");
                }));
  }

  @Test
  default void exemplar_namesATraceThatWasSent() {
    chat(
        Requests.chat("small", "Hello " + unique()),
        "traceparent",
        "00-" + freshTrace() + "-00f067aa0ba902b7-01");

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> {
          String told =
              deployment()
                  .client()
                  .get("/metrics", "accept", "application/openmetrics-text; version=1.0.0")
                  .body();
          List<String> traces =
              EXEMPLAR.matcher(told).results().map(found -> found.group(1)).toList();
          assertThat(traces).isNotEmpty();
          assertThat(traces).anyMatch(id -> !deployment().spans().ofTrace(id).isEmpty());
        });
  }

  @Test
  default void failedTrace_isSent_thoughTheCallerDidNotSampleIt() {
    String failed = freshTrace();
    String fine = freshTrace();

    chat(
        Requests.chat("small", "Hello " + unique()),
        "traceparent",
        "00-" + fine + "-00f067aa0ba902b7-00");
    chat(
        Requests.chat("small", "[[status 500]] " + unique()),
        "traceparent",
        "00-" + failed + "-00f067aa0ba902b7-00");

    await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(() ->
            assertThat(deployment().spans().ofTrace(failed))
                .extracting(ReceivedSpan::name)
                .contains(
                    "POST /v1/chat/completions",
                    "fairlead.v1.ProviderService/Generate",
                    "chat small-up"));
    assertThat(deployment().spans().ofTrace(fine)).isEmpty();
  }

  @Test
  default void entrySpan_tellsTheStatus_ofWholeAnswersStreamsAndErrors() {
    Map<String, String> statusByBody =
        Map.of(
            Requests.chat("small", "Hello " + unique()), "200",
            Requests.stream("small", "Hello " + unique()), "200",
            Requests.chat("no-such-model", "Hello " + unique()), "404",
            Requests.chat("small", "[[status 500]] " + unique()), "502");
    statusByBody.forEach((body, status) -> {
      String trace = freshTrace();

      chat(body, "traceparent", "00-" + trace + "-00f067aa0ba902b7-01");

      await()
          .atMost(Duration.ofSeconds(15))
          .untilAsserted(() ->
              assertThat(deployment().spans().ofTrace(trace))
                  .filteredOn(span -> span.name().equals("POST /v1/chat/completions"))
                  .singleElement()
                  .satisfies(span ->
                      assertThat(span.attributes())
                          .containsEntry("http.response.status_code", status)));
    });
  }

  private static String freshTrace() {
    return "%016x%016x".formatted(ThreadLocalRandom.current().nextLong(), System.nanoTime());
  }

  private static String parentOf(List<ReceivedSpan> spans, String name) {
    String parent =
        spans.stream()
            .filter(span -> span.name().equals(name))
            .findFirst()
            .orElseThrow()
            .parentSpanId();
    return spans.stream()
        .filter(span -> span.spanId().equals(parent))
        .map(ReceivedSpan::name)
        .findFirst()
        .orElse("none");
  }
}
