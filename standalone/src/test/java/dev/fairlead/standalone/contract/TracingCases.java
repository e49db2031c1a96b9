package dev.fairlead.standalone.contract;

import static dev.fairlead.standalone.contract.Requests.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.standalone.deployment.SpanCollector.ReceivedSpan;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** One trace a request, whichever processes it passes. */
interface TracingCases extends Cases {

  @Test
  default void trace_goesThroughEveryService_underTheClientsId() {
    String trace =
        "%016x%016x".formatted(ThreadLocalRandom.current().nextLong(), System.nanoTime());
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
                  "fairlead.v1.CacheService/Store");
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
}
