package dev.fairlead.scorer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** How long computing takes, without waiting. */
record ComputeTimers(Timer analyze, Timer embed) {

  static ComputeTimers of(MeterRegistry meters) {
    return new ComputeTimers(timer(meters, "analyze"), timer(meters, "embed"));
  }

  private static Timer timer(MeterRegistry meters, String operation) {
    return Timer.builder("llm.router.scorer.compute")
        .description("Computing one text")
        .tag("operation", operation)
        .publishPercentiles(0.5, 0.95, 0.99)
        .register(meters);
  }
}
