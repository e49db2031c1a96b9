package dev.fairlead.gateway.metrics;

import dev.fairlead.catalog.TokenUsage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** The meters of one model. */
record ModelMeters(
    Counter success,
    Counter error,
    Counter cancelled,
    Counter costUsd,
    Counter promptTokens,
    Counter cachedPromptTokens,
    Counter completionTokens,
    Counter reasoningTokens,
    Timer quantiles,
    Timer duration,
    Timer firstToken,
    Timer interToken) {

  static ModelMeters register(MeterRegistry registry, String model) {
    return new ModelMeters(
        requests(registry, model, "success"),
        requests(registry, model, "error"),
        requests(registry, model, "cancelled"),
        Counter.builder("llm.router.cost.usd")
            .description("USD paid")
            .tag("model", model)
            .register(registry),
        tokens(registry, model, "prompt"),
        tokens(registry, model, "cached_prompt"),
        tokens(registry, model, "completion"),
        tokens(registry, model, "reasoning"),
        Timer.builder("llm.router.latency")
            .description("Time from a request's arrival to its end")
            .tag("model", model)
            .publishPercentiles(0.5, 0.95, 0.99)
            .register(registry),
        Timer.builder("llm.router.request.duration")
            .description("Time from a request's arrival to its end")
            .tag("model", model)
            .serviceLevelObjectives(Buckets.REQUEST)
            .register(registry),
        Timer.builder("llm.router.time.to.first.token")
            .description("Time from a streamed request's arrival to its first content")
            .tag("model", model)
            .serviceLevelObjectives(Buckets.FIRST_TOKEN)
            .register(registry),
        Timer.builder("llm.router.inter.token.latency")
            .description("Time between contents of a stream")
            .tag("model", model)
            .serviceLevelObjectives(Buckets.INTER_TOKEN)
            .register(registry));
  }

  void latency(long nanos) {
    quantiles.record(nanos, TimeUnit.NANOSECONDS);
    duration.record(nanos, TimeUnit.NANOSECONDS);
  }

  void charge(TokenUsage usage, double usd) {
    costUsd.increment(usd);
    promptTokens.increment(usage.promptTokens());
    cachedPromptTokens.increment(usage.cachedPromptTokens());
    completionTokens.increment(usage.completionTokens());
    reasoningTokens.increment(usage.reasoningTokens());
  }

  private static Counter requests(MeterRegistry registry, String model, String status) {
    return Counter.builder("llm.router.requests")
        .description("Requests by model and end")
        .tag("model", model)
        .tag("status", status)
        .register(registry);
  }

  private static Counter tokens(MeterRegistry registry, String model, String type) {
    return Counter.builder("llm.router.tokens")
        .description("Tokens paid for")
        .tag("model", model)
        .tag("type", type)
        .register(registry);
  }
}
