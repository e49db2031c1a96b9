package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.v1.LongContextPrice;
import dev.fairlead.v1.Model;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What {@code /v1/models} says of prices. */
class ModelPricesTest {

  private static final long USD = 1_000_000_000;

  private static JsonNode model(FakeBackends backends, String id) throws Exception {
    return new JsonMapper().readTree(Http.get(backends.url("/v1/models/" + id)).body());
  }

  @Test
  void models_sayTheirPrice_orThatItIsNotKnown() throws Exception {
    try (FakeBackends backends = new FakeBackends("")) {
      backends.provider.models =
          backends.provider.models.toBuilder()
              .setVersion(2)
              .addModels(Model.newBuilder().setId("unheard-of").setProvider("fake"))
              .addModels(
                  Model.newBuilder()
                      .setId("free")
                      .setProvider("fake")
                      .setInputNanoUsdPerMillion(0)
                      .setOutputNanoUsdPerMillion(0))
              .addModels(
                  Model.newBuilder()
                      .setId("long")
                      .setProvider("fake")
                      .setInputNanoUsdPerMillion(2 * USD)
                      .setOutputNanoUsdPerMillion(10 * USD)
                      .setCachedInputNanoUsdPerMillion(USD / 10)
                      .setCacheWriteNanoUsdPerMillion(5 * USD / 2)
                      .addLongContextPrices(
                          LongContextPrice.newBuilder()
                              .setAbovePromptTokens(272_000)
                              .setInputNanoUsdPerMillion(4 * USD)
                              .setOutputNanoUsdPerMillion(15 * USD)
                              .setCachedInputNanoUsdPerMillion(USD / 5)
                              .setCacheWriteNanoUsdPerMillion(5 * USD)))
              .build();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> Http.get(backends.url("/v1/models/long")).statusCode() == 200);

      assertThat(model(backends, "unheard-of").path("priced").booleanValue()).isFalse();
      assertThat(model(backends, "unheard-of").path("price").isNull()).isTrue();
      assertThat(model(backends, "free").path("priced").booleanValue()).isTrue();
      assertThat(model(backends, "free").at("/price/input").decimalValue()).isZero();
      JsonNode price = model(backends, "long").path("price");
      assertThat(model(backends, "long").path("priced").booleanValue()).isTrue();
      assertThat(price.path("input").decimalValue()).isEqualByComparingTo("2");
      assertThat(price.path("cache_write").decimalValue()).isEqualByComparingTo("2.5");
      JsonNode step = price.path("long_context").path(0);
      assertThat(step.path("above").longValue()).isEqualTo(272_000);
      assertThat(step.path("output").decimalValue()).isEqualByComparingTo("15");
      assertThat(step.path("cached_input").decimalValue()).isEqualByComparingTo("0.2");
      assertThat(model(backends, "small").at("/price/long_context").isMissingNode()).isTrue();
    }
  }
}
