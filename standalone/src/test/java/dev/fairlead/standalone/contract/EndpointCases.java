package dev.fairlead.standalone.contract;

import static dev.fairlead.standalone.contract.Requests.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.standalone.client.Answer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** Every other endpoint. */
interface EndpointCases extends Cases {

  @Test
  default void models_areListed_withAutoAndPrices() {
    JsonNode list = deployment().client().get("/v1/models").json();
    JsonNode one = deployment().client().get("/v1/models/small").json();

    assertThat(list.path("object").asText()).isEqualTo("list");
    assertThat(list.path("data").findValuesAsText("id"))
        .contains("auto", "small", "medium", "large", "vectors", "all-MiniLM-L6-v2");
    assertThat(one.path("id").asText()).isEqualTo("small");
    assertThat(one.path("object").asText()).isEqualTo("model");
    assertThat(one.toString()).contains("cheap").contains("0.1").contains("tools");
    assertThat(deployment().client().get("/v1/models/none").status()).isEqualTo(404);
  }

  @Test
  default void health_isAnswered() {
    for (String path : new String[] {"/healthz", "/readyz", "/v1/healthz", "/v1/readyz"}) {
      assertThat(deployment().client().get(path).status()).as(path).isEqualTo(200);
    }
    JsonNode health = deployment().client().get("/health").json();
    assertThat(health.toString()).contains("lab").contains("closed");
  }

  @Test
  default void metrics_countWhatTheVendorCounted() {
    Metrics before = Metrics.of(deployment().client());
    JsonNode summaryBefore = summary();
    int vendorBefore = deployment().vendor().received("small-up").size();
    for (int i = 0; i < 5; i++) {
      chat(Requests.chat("small", "Hello " + unique()));
    }

    await()
        .untilAsserted(() -> {
          Metrics after = Metrics.of(deployment().client());
          assertThat(added(before, after, "llm_router_requests_total", "model=\"small\""))
              .isEqualTo(5);
          assertThat(added(before, after, "llm_router_tokens_total", "model=\"small\""))
              .isEqualTo(5 * 17);
          assertThat(added(before, after, "llm_router_cost_usd_total", "model=\"small\""))
              .isCloseTo(5 * 0.0000022, org.assertj.core.data.Offset.offset(1e-12));
          assertThat(after.page())
              .contains("llm_router_latency_seconds{")
              .contains("quantile=\"0.95\"");
          assertThat(after.page()).contains("llm_router_request_duration_seconds_bucket");
        });
    JsonNode summary = summary();
    assertThat(deployment().vendor().received("small-up").size() - vendorBefore).isEqualTo(5);
    assertThat(
            summary.path("totalRequests").asLong() - summaryBefore.path("totalRequests").asLong())
        .isEqualTo(5);
    assertThat(
            summary.at("/modelUsageCount/small").asLong()
                - summaryBefore.at("/modelUsageCount/small").asLong())
        .isEqualTo(5);
    assertThat(
            summary
                .path("totalCostUsd")
                .decimalValue()
                .subtract(summaryBefore.path("totalCostUsd").decimalValue()))
        .isEqualByComparingTo("0.000011");
    assertThat(summary.path("totalSavedUsd").decimalValue()).isPositive();
  }

  @Test
  default void ownEncoder_embeds_asFloatsAndAsBase64() {
    String floats =
        "{\"model\":\"all-MiniLM-L6-v2\",\"input\":[\"a ship on the sea\",\"a boat on the"
            + " ocean\",\"tax law\"]}";
    String base64 =
        "{\"model\":\"all-MiniLM-L6-v2\",\"input\":\"a ship on the"
            + " sea\",\"encoding_format\":\"base64\"}";

    JsonNode data = deployment().client().post("/v1/embeddings", floats).json().path("data");
    Answer encoded = deployment().client().post("/v1/embeddings", base64);

    assertThat(data).hasSize(3);
    float[] ship = vector(data.get(0));
    assertThat(ship).hasSize(384);
    assertThat(cosine(ship, ship)).isCloseTo(1.0, org.assertj.core.data.Offset.offset(1e-3));
    assertThat(cosine(ship, vector(data.get(1))))
        .isGreaterThan(cosine(ship, vector(data.get(2))) + 0.2);
    assertThat(encoded.status()).as(encoded.body()).isEqualTo(200);
    assertThat(decoded(encoded.json().at("/data/0/embedding").asText())).containsExactly(ship);
    assertThat(encoded.json().at("/usage/prompt_tokens").asInt()).isPositive();
  }

  @Test
  default void unknownPathsAndMethods_areRefused() {
    assertThat(deployment().client().get("/v1/nothing").status()).isEqualTo(404);
    assertThat(deployment().client().get(CHAT).status()).isEqualTo(405);
  }

  private JsonNode summary() {
    return deployment().client().get("/metrics", "Accept", "application/json").json();
  }

  private static double added(Metrics before, Metrics after, String name, String label) {
    return after.value(name, label) - before.value(name, label);
  }

  private static float[] vector(JsonNode entry) {
    JsonNode values = entry.path("embedding");
    float[] vector = new float[values.size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = values.get(i).floatValue();
    }
    return vector;
  }

  private static float[] decoded(String base64) {
    ByteBuffer bytes =
        ByteBuffer.wrap(Base64.getDecoder().decode(base64)).order(ByteOrder.LITTLE_ENDIAN);
    float[] vector = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(vector);
    return vector;
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
    }
    return dot;
  }
}
