package dev.fairlead.provider.resilience;

import dev.fairlead.v1.AttemptResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The meters of one model, looked up once and not with every call. */
final class ModelMeters {

  private static final String PREFIX = "ATTEMPT_RESULT_";

  private final Map<AttemptResult, Counter> attempts = new EnumMap<>(AttemptResult.class);
  private final Timer latency;
  private final Timer timeToFirstToken;

  ModelMeters(MeterRegistry meters, String provider, String model) {
    for (AttemptResult result : AttemptResult.values()) {
      if (result != AttemptResult.UNRECOGNIZED
          && result != AttemptResult.ATTEMPT_RESULT_UNSPECIFIED) {
        attempts.put(
            result,
            Counter.builder("llm.router.upstream.attempts")
                .description("Calls of a vendor, by how they ended")
                .tag("provider", provider)
                .tag("model", model)
                .tag("result", result.name().substring(PREFIX.length()).toLowerCase(Locale.ROOT))
                .register(meters));
      }
    }
    latency =
        timer(
            meters,
            "llm.router.upstream.latency",
            "From the start of a try to its end",
            provider,
            model);
    timeToFirstToken =
        timer(
            meters,
            "llm.router.upstream.time.to.first.token",
            "From a try to its first content",
            provider,
            model);
  }

  void ended(AttemptResult result, long nanos) {
    Objects.requireNonNull(attempts.get(result)).increment();
    latency.record(nanos, java.util.concurrent.TimeUnit.NANOSECONDS);
  }

  void firstToken(long nanos) {
    timeToFirstToken.record(nanos, java.util.concurrent.TimeUnit.NANOSECONDS);
  }

  private static Timer timer(
      MeterRegistry meters, String name, String description, String provider, String model) {
    return Timer.builder(name)
        .description(description)
        .tag("provider", provider)
        .tag("model", model)
        .register(meters);
  }
}
