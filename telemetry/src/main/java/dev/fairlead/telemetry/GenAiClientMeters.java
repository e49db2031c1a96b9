package dev.fairlead.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * What the GenAI conventions measure of the calls of one model, as its caller sees them: {@code
 * gen_ai.client.*}. Made once a model and operation and kept, as a call must not look meters up.
 * Label values come from the configuration and from enums. Thread-safe.
 */
public final class GenAiClientMeters {

  private final MeterRegistry registry;
  private final GenAiConventions names;
  private final Tags tags;
  private final Timer duration;
  private final Timer timeToFirstChunk;
  private final Timer timePerOutputChunk;
  private final TokenMeters tokens;
  private final Map<String, Timer> failures = new ConcurrentHashMap<>();

  /**
   * Registers them.
   *
   * @param operation value of {@code gen_ai.operation.name}
   * @param provider value of {@code gen_ai.provider.name}
   * @param model the model as the vendor is asked for it
   */
  public GenAiClientMeters(
      MeterRegistry registry,
      GenAiConventions names,
      String operation,
      String provider,
      String model) {
    this.registry = registry;
    this.names = names;
    this.tags =
        Tags.of(
            GenAi.OPERATION.getKey(), operation,
            GenAi.PROVIDER.getKey(), provider,
            GenAi.REQUEST_MODEL.getKey(), model);
    this.duration = duration("");
    this.timeToFirstChunk =
        timer(names.timeToFirstChunk(), "From a call of a model to its first content", tags);
    this.timePerOutputChunk =
        timer(names.timePerOutputChunk(), "Between two contents of a model's stream", tags);
    this.tokens =
        names == GenAiConventions.PUBLISHED ? published(registry, tags) : latest(registry, tags);
  }

  /** A call was answered. */
  public void completed(
      long nanos, long input, long output, long cacheRead, long cacheWrite, long reasoning) {
    duration.record(nanos, TimeUnit.NANOSECONDS);
    tokens.used(input, output, cacheRead, cacheWrite, reasoning);
  }

  /**
   * A call failed.
   *
   * @param errorType one of a few words
   */
  public void failed(long nanos, String errorType) {
    Timer known = failures.get(errorType);
    if (known == null) {
      known = failures.computeIfAbsent(errorType, this::duration);
    }
    known.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** The first content of a stream has come. */
  public void firstChunk(long nanosSinceCall) {
    timeToFirstChunk.record(nanosSinceCall, TimeUnit.NANOSECONDS);
  }

  /** More content of a stream has come. */
  public void outputChunk(long nanosSinceLast) {
    timePerOutputChunk.record(nanosSinceLast, TimeUnit.NANOSECONDS);
  }

  /** All series of a metric have the same labels, so an answered call has an empty error. */
  private Timer duration(String errorType) {
    return timer(
        names.duration(),
        "From a call of a model to the end of its answer",
        tags.and(GenAi.ERROR_TYPE.getKey(), errorType));
  }

  private Timer timer(String name, String description, Tags labels) {
    return Timer.builder(name)
        .description(description)
        .tags(labels)
        .serviceLevelObjectives(GenAiBuckets.OPERATION)
        .register(registry);
  }

  /** Where the tokens of an answered call are counted. */
  private interface TokenMeters {
    void used(long input, long output, long cacheRead, long cacheWrite, long reasoning);
  }

  private static TokenMeters published(MeterRegistry registry, Tags tags) {
    String name = "gen_ai.client.token.usage";
    String type = "gen_ai.token.type";
    DistributionSummary in = summary(registry, name, tags.and(type, "input"));
    DistributionSummary out = summary(registry, name, tags.and(type, "output"));
    return (input, output, cacheRead, cacheWrite, reasoning) -> {
      in.record(input);
      out.record(output);
    };
  }

  private static TokenMeters latest(MeterRegistry registry, Tags tags) {
    String operation = "gen_ai.client.inference.operation.";
    DistributionSummary in = summary(registry, operation + "input_tokens", tags);
    DistributionSummary out = summary(registry, operation + "output_tokens", tags);
    Counter inputs = counter(registry, "input_tokens", tags);
    Counter outputs = counter(registry, "output_tokens", tags);
    Counter reads = counter(registry, "cache_read.input_tokens", tags);
    Counter writes = counter(registry, "cache_write.input_tokens", tags);
    Counter thoughts = counter(registry, "reasoning.output_tokens", tags);
    return (input, output, cacheRead, cacheWrite, reasoning) -> {
      in.record(input);
      out.record(output);
      inputs.increment(input);
      outputs.increment(output);
      reads.increment(cacheRead);
      writes.increment(cacheWrite);
      thoughts.increment(reasoning);
    };
  }

  private static DistributionSummary summary(MeterRegistry registry, String name, Tags tags) {
    return DistributionSummary.builder(name)
        .description("Tokens of a call")
        .tags(tags)
        .serviceLevelObjectives(GenAiBuckets.TOKENS)
        .register(registry);
  }

  private static Counter counter(MeterRegistry registry, String kind, Tags tags) {
    return Counter.builder("gen_ai.client.inference.usage." + kind)
        .description("Tokens that a vendor counted")
        .tags(tags)
        .register(registry);
  }
}
