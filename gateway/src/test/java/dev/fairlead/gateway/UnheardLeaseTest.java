package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.LookupRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Leases that were granted in answers which the gateway did not wait for. */
class UnheardLeaseTest {

  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("routing: {lookup_timeout: 1s}");
  }

  @AfterAll
  static void stop() throws Exception {
    backends.close();
  }

  @BeforeEach
  void forget() {
    backends.reset();
    backends.cache.mute = true;
  }

  @AfterEach
  void everyLeaseIsGivenBack() {
    await().untilAsserted(() -> assertThat(backends.cache.openLeases.get()).isZero());
  }

  private static HttpResponse<String> chat(String text) {
    return Http.post(
        backends.url("/v1/chat/completions"),
        "{\"model\":\"auto\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}".formatted(text),
        "content-type",
        "application/json");
  }

  private static String offered() {
    return backends.cache.lookups.getLast().getLeaseId();
  }

  @Test
  void lease_endsWithTheStore_whenTheLookupWasNotHeard() {
    assertThat(chat("stored").statusCode()).isEqualTo(200);
    await()
        .untilAsserted(() ->
            assertThat(backends.cache.stored.values())
                .singleElement()
                .satisfies(kept -> assertThat(kept.getLeaseId()).isNotEmpty().isEqualTo(offered())));
  }

  @Test
  void lease_isGivenBack_whenTheLookupWasNotHeard_andNoAnswerWasMade() {
    backends.provider.failure = Failure.InvalidRequest.of("model", "not that one");
    assertThat(chat("refused").statusCode()).isGreaterThanOrEqualTo(400);
    await()
        .untilAsserted(() ->
            assertThat(backends.cache.reports)
                .anySatisfy(report ->
                    assertThat(report.getLeaseAbandoned().getLeaseId())
                        .isNotEmpty()
                        .isEqualTo(offered())));
  }

  @Test
  void everyRequest_offersAnIdOfItsOwn() {
    backends.cache.mute = false;
    for (int i = 0; i < 5; i++) {
      chat("question " + i);
    }
    List<String> offered =
        backends.cache.lookups.stream().map(LookupRequest::getLeaseId).distinct().toList();
    assertThat(offered).hasSize(5).allSatisfy(id -> assertThat(id).hasSizeBetween(32, 128));
  }
}
