package dev.fairlead.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What the GenAI conventions measure of requests for one model, as their server sees them: {@code
 * gen_ai.server.*}. Made once a model and operation and kept. Thread-safe.
 */
public final class GenAiServerMeters {

  /** Who serves, in all series. */
  private static final String PROVIDER = "fairlead";

  private final Timer answered;
  private final Timer failed;
  private final Timer timeToFirstToken;
  private final Timer timePerOutputToken;

  /**
   * Registers them.
   *
   * @param operation value of {@code gen_ai.operation.name}
   * @param model of the catalogue
   */
  public GenAiServerMeters(MeterRegistry registry, String operation, String model) {
    Tags tags =
        Tags.of(
            GenAi.OPERATION.getKey(), operation,
            GenAi.PROVIDER.getKey(), PROVIDER,
            GenAi.REQUEST_MODEL.getKey(), model);
    this.answered = request(registry, tags, "");
    this.failed = request(registry, tags, "_OTHER");
    this.timeToFirstToken =
        timer(
            registry,
            "gen_ai.server.time_to_first_token",
            "From a streamed request's arrival to its first content",
            tags,
            GenAiBuckets.FIRST_TOKEN);
    this.timePerOutputToken =
        timer(
            registry,
            "gen_ai.server.time_per_output_token",
            "Time of each token after the first, in the mean of a request",
            tags,
            GenAiBuckets.OUTPUT_TOKEN);
  }

  /**
   * A request was answered.
   *
   * @param firstTokenNanos from its arrival to its first content; negative when it came whole
   */
  public void answered(long nanos, long firstTokenNanos, long outputTokens) {
    answered.record(nanos, TimeUnit.NANOSECONDS);
    if (firstTokenNanos >= 0) {
      timeToFirstToken.record(firstTokenNanos, TimeUnit.NANOSECONDS);
      if (outputTokens > 1) {
        timePerOutputToken.record(
            (nanos - firstTokenNanos) / (outputTokens - 1), TimeUnit.NANOSECONDS);
      }
    }
  }

  /** A request failed. */
  public void failed(long nanos) {
    failed.record(nanos, TimeUnit.NANOSECONDS);
  }

  private static Timer request(MeterRegistry registry, Tags tags, String errorType) {
    return timer(
        registry,
        "gen_ai.server.request.duration",
        "From a request's arrival to its end",
        tags.and(GenAi.ERROR_TYPE.getKey(), errorType),
        GenAiBuckets.OPERATION);
  }

  private static Timer timer(
      MeterRegistry registry, String name, String description, Tags tags, Duration[] buckets) {
    return Timer.builder(name)
        .description(description)
        .tags(tags)
        .serviceLevelObjectives(buckets)
        .register(registry);
  }
}
