package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Duration;
import dev.fairlead.v1.BreakerState;
import dev.fairlead.v1.GetStatusResponse;
import dev.fairlead.v1.ProviderStatus;
import java.util.concurrent.TimeUnit;

/** How providers are told to people. */
final class ProviderStatusJson {

  private ProviderStatusJson() {}

  static ArrayNode providers(GetStatusResponse status) {
    ArrayNode list = Json.MAPPER.createArrayNode();
    for (ProviderStatus provider : status.getProvidersList()) {
      ObjectNode entry = list.addObject();
      entry.put("name", provider.getName());
      entry.put("kind", provider.getKind());
      entry.put("breaker", breaker(provider.getBreaker()));
      entry.put("in_flight", provider.getInFlight());
      if (provider.hasFailureRate()) {
        entry.put("failure_rate", provider.getFailureRate());
      }
      ArrayNode models = entry.putArray("models");
      provider.getModelIdsList().forEach(models::add);
      ArrayNode open = entry.putArray("open_models");
      provider.getOpenModelIdsList().forEach(open::add);
      if (provider.hasRetryIn()) {
        entry.put("retry_in_ms", millis(provider.getRetryIn()));
      }
    }
    return list;
  }

  private static long millis(Duration duration) {
    return TimeUnit.SECONDS.toMillis(duration.getSeconds())
        + TimeUnit.NANOSECONDS.toMillis(duration.getNanos());
  }

  private static String breaker(BreakerState state) {
    return switch (state) {
      case BREAKER_STATE_CLOSED -> "closed";
      case BREAKER_STATE_HALF_OPEN -> "half_open";
      case BREAKER_STATE_OPEN -> "open";
      case BREAKER_STATE_UNSPECIFIED, UNRECOGNIZED -> "unknown";
    };
  }
}
