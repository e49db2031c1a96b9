package dev.fairlead.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Duration;
import dev.fairlead.v1.BreakerState;
import dev.fairlead.v1.GetStatusResponse;
import dev.fairlead.v1.ProviderStatus;
import org.junit.jupiter.api.Test;

class ProviderStatusJsonTest {

  @Test
  void openModels_andTheWait_areTold() {
    GetStatusResponse status =
        GetStatusResponse.newBuilder()
            .addProviders(
                ProviderStatus.newBuilder()
                    .setName("p")
                    .setBreaker(BreakerState.BREAKER_STATE_OPEN)
                    .addModelIds("a")
                    .addOpenModelIds("a")
                    .setRetryIn(Duration.newBuilder().setSeconds(2).setNanos(500_000_000)))
            .addProviders(ProviderStatus.newBuilder().setName("q").addModelIds("b"))
            .build();
    JsonNode told = ProviderStatusJson.providers(status);
    assertThat(told.at("/0/open_models/0").asText()).isEqualTo("a");
    assertThat(told.at("/0/retry_in_ms").asLong()).isEqualTo(2500);
    assertThat(told.at("/1/open_models").size()).isZero();
    assertThat(told.at("/1").has("retry_in_ms")).isFalse();
  }
}
