package dev.fairlead.gateway.quality;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;

/** What comparisons with the baseline found and cost. Thread-safe. */
public final class ShadowMetrics {

  private final MeterRegistry registry;
  private final DistributionSummary quality;
  private final Counter cost;

  /** Registers the meters. */
  public ShadowMetrics(MeterRegistry registry, QualityEstimates estimates) {
    this.registry = registry;
    this.quality =
        DistributionSummary.builder("llm.router.shadow.quality")
            .description("Quality of served answers beside the baseline's, 0 to 1, as compared")
            .register(registry);
    this.cost =
        Counter.builder("llm.router.shadow.cost.usd")
            .description("USD spent on comparisons with the baseline")
            .register(registry);
    for (String result : new String[] {"busy", "budget", "failed"}) {
      skips(result);
    }
    Gauge.builder("llm.router.quality.retention", estimates, known -> known.retention().mean())
        .description("Expected quality of what was served divided by the baseline's")
        .register(registry);
    bound(estimates, "low", QualityEstimates.Retention::low);
    bound(estimates, "high", QualityEstimates.Retention::high);
  }

  private void bound(
      QualityEstimates estimates, String end, ToDoubleFunction<QualityEstimates.Retention> value) {
    Gauge.builder(
            "llm.router.quality.retention.bound",
            estimates,
            known -> value.applyAsDouble(known.retention()))
        .description("Ends of the 95 % interval of the quality retention")
        .tag("end", end)
        .register(registry);
  }

  /** A comparison gave a quality. */
  public void compared(double found) {
    quality.record(found);
  }

  /**
   * A picked answer was not compared: {@code busy}, {@code budget}, {@code failed}, or {@code
   * unfinished} for a baseline's answer that was cut or filtered.
   */
  public void skipped(String why) {
    skips(why).increment();
  }

  /** A comparison cost this. */
  public void spent(long nanoUsd) {
    cost.increment(Math.max(0, nanoUsd) / 1e9);
  }

  private Counter skips(String why) {
    return Counter.builder("llm.router.shadow.skipped")
        .description("Picked answers that were not compared with the baseline")
        .tag("reason", why)
        .register(registry);
  }
}
