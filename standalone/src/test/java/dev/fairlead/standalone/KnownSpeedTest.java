package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.client.GatewayClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mocks whose speed is known: what the gateway learns of them must not depend on lengths. */
class KnownSpeedTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String TOKEN = "correct-horse-battery-staple";
  private static final int TAUGHT = 16;
  private static final int LONG = 60;
  private static final int SHORT = 12;

  /** A token takes 10 ms of {@code quick} and 50 ms of {@code slow}. */
  private static final String CONFIG =
      """
      server: { bind: "127.0.0.1", port: 0, grpc_port: -1, data_dir: "%s" }
      security: { admin_token: "%s" }
      routing: { default_policy: fastest_p95, exploration: 0.1, exploration_samples: 8 }
      providers:
        fast: { kind: mock, mean_latency_ms: 5, p95_latency_ms: 5, tokens_per_second: 100 }
        late: { kind: mock, mean_latency_ms: 5, p95_latency_ms: 5, tokens_per_second: 20 }
      models:
        - { id: quick, provider: fast, tier: quality, price: { input: 2, output: 2 } }
        - { id: slow, provider: late, tier: cheap, price: { input: 1, output: 1 } }
        - { id: unknown, provider: late, tier: cheap, price: { input: 1, output: 1 } }
      """;

  @TempDir private Path folder;
  private Standalone gateway;
  private GatewayClient client;

  @BeforeEach
  void start() {
    gateway =
        Standalone.start(
            ConfigSource.parse(
                "test", CONFIG.formatted(folder, TOKEN), Map.of("LOG_LEVEL", "ERROR")));
    client = new GatewayClient(gateway.httpPort());
    await().atMost(Duration.ofSeconds(30)).until(gateway::ready);
  }

  @AfterEach
  void stop() {
    client.close();
    gateway.close();
  }

  private static String body(String model, int tokens, boolean streamed, int number) {
    return """
    {"model":"%s","max_tokens":%d,"stream":%s,"messages":[{"role":"user","content":"Count to %d"}]}\
    """
        .formatted(model, tokens, streamed, number);
  }

  /** Answers of differing lengths around one. */
  private void teach(String model, int tokens, boolean streamed) throws Exception {
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    for (int i = 0; i < TAUGHT; i++) {
      String body = body(model, Math.max(2, tokens - i % 4), streamed, i);
      answers.add(
          client.postAsync("/v1/chat/completions", body, "cache-control", "no-store"));
    }
    for (CompletableFuture<Answer> answer : answers) {
      assertThat(answer.get().status()).isEqualTo(200);
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> status().path("models").path(model).path("tries").asInt() >= TAUGHT);
  }

  private JsonNode status() throws Exception {
    return JSON.readTree(
        client.get("/v1/admin/status", "authorization", "Bearer " + TOKEN).body());
  }

  private JsonNode route(int number) throws Exception {
    return JSON.readTree(client.post("/v1/route", body("auto", 50, false, number)).body());
  }

  private void assertQuickIsTaken() throws Exception {
    int fastest = 0;
    for (int i = 0; i < 40; i++) {
      JsonNode route = route(i);
      if (route.path("reason").asText().equals("fastest")) {
        fastest++;
        assertThat(route.path("model").asText()).as(status().toString()).isEqualTo("quick");
      }
    }
    assertThat(fastest).isPositive();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void quickModel_isTheFastest_whenItsAnswersAreTheLongOnes(boolean streamed) throws Exception {
    teach("quick", LONG, streamed);
    teach("slow", SHORT, streamed);
    assertQuickIsTaken();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void quickModel_isTheFastest_whenItsAnswersAreTheShortOnes(boolean streamed) throws Exception {
    teach("quick", SHORT, streamed);
    teach("slow", LONG, streamed);
    assertQuickIsTaken();
  }

  @Test
  void quickModel_isTheFastest_whenOneIsStreamedAndTheOtherIsNot() throws Exception {
    teach("quick", LONG, false);
    teach("slow", SHORT, true);
    assertQuickIsTaken();
  }

  @Test
  void unknownModel_isExplored_byABoundedShare() throws Exception {
    teach("quick", SHORT, false);
    teach("slow", SHORT, false);
    int explored = 0;
    for (int i = 0; i < 300; i++) {
      JsonNode route = route(i);
      if (route.path("reason").asText().equals("exploration")) {
        explored++;
        assertThat(route.path("model").asText()).isEqualTo("unknown");
      }
    }
    // A tenth is configured; six standard deviations of chance beside it.
    assertThat(explored).isBetween(1, 61);
  }
}
