package dev.fairlead.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

/**
 * {@code llm_router_redis_command_seconds}, {@code llm_router_redis_commands_in_flight} and {@code
 * llm_router_redis_connected} of one client of Redis in this process. Thread-safe.
 */
public final class RedisMetrics {

  private static final Duration[] BUCKETS =
      Stream.of(250, 500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000)
          .map(micros -> Duration.ofNanos(micros * 1000L))
          .toArray(Duration[]::new);

  private final MeterRegistry registry;
  private final String client;
  private final Map<String, Timer> timers = new ConcurrentHashMap<>();

  /**
   * Meters in {@code registry}.
   *
   * @param client label: which part of the process speaks to Redis, such as {@code cache}
   */
  public RedisMetrics(MeterRegistry registry, String client) {
    this.registry = registry;
    this.client = client;
  }

  /** Shows how the client stands, from now on. */
  public void follow(IntSupplier underWay, BooleanSupplier connected) {
    Gauge.builder("llm.router.redis.commands.in.flight", underWay::getAsInt)
        .description("Commands and scripts that Redis has not answered yet")
        .tag("client", client)
        .register(registry);
    Gauge.builder("llm.router.redis.connected", () -> connected.getAsBoolean() ? 1 : 0)
        .description("Whether a connection to Redis was made since the start")
        .tag("client", client)
        .register(registry);
  }

  /**
   * Counts one that has ended.
   *
   * @param kind {@code command} or {@code script}
   * @param result one of a few fixed words
   */
  public void ended(String kind, String result, long nanos) {
    timers
        .computeIfAbsent(kind + ' ' + result, key -> timer(kind, result))
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  private Timer timer(String kind, String result) {
    return Timer.builder("llm.router.redis.command")
        .description("Commands and scripts, from being asked for to their end")
        .tag("client", client)
        .tag("kind", kind)
        .tag("result", result)
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }
}
