package dev.fairlead.provider.resilience;

import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.Price;
import dev.fairlead.catalog.TokenUsage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * When a second try may start beside a slow first one (Dean and Barroso, "The Tail at Scale", CACM
 * 56(2), 2013): after a live quantile of the model's time to the first content, for a bounded share
 * of the requests and a bounded sum of money a minute. Thread-safe, never blocks.
 */
public final class Hedging {

  private static final double NANOS_PER_MINUTE = 6e10;

  /** Requests whose share can be saved up. */
  private static final double SAVED_REQUESTS = 100;

  private static final long BYTES_PER_TOKEN = 4;

  /** How a second try went. */
  public enum Result {
    /** It answered first. */
    WON,
    /** The first try answered first, or ended the request. */
    LOST,
    /** It failed before either had content. */
    FAILED,
    /** It was due and not made: too many have been, or they cost too much. */
    CAPPED
  }

  private record Key(String modelId, boolean streamed) {}

  private final HedgeSettings settings;
  private final TimeSource time;
  private final Map<Key, FirstContentTimes> times = new ConcurrentHashMap<>();
  private final Map<Result, Counter> results = new EnumMap<>(Result.class);
  private final double mostNanoUsd;
  private double hedges;
  private double nanoUsd;
  private long refilled;

  /** Nothing saved up, all money of the first minute there. */
  public Hedging(HedgeSettings settings, MeterRegistry meters, TimeSource time) {
    this.settings = settings;
    this.time = time;
    this.mostNanoUsd = settings.maxExtraUsdPerMinute().movePointRight(9).doubleValue();
    this.nanoUsd = mostNanoUsd;
    this.refilled = time.nanoTime();
    for (Result result : Result.values()) {
      results.put(
          result,
          Counter.builder("llm.router.hedges")
              .description("Second tries beside a slow first one, by how they went")
              .tag("result", result.name().toLowerCase(Locale.ROOT))
              .register(meters));
    }
  }

  /** A request begins; it pays its share of a hedge in. */
  public synchronized void requested() {
    hedges =
        Math.min(Math.max(1, settings.maxShare() * SAVED_REQUESTS), hedges + settings.maxShare());
  }

  /**
   * How long to wait for the first content before a second try; empty while too little is known.
   */
  public Optional<Duration> wait(String modelId, boolean streamed) {
    FirstContentTimes known = times.get(new Key(modelId, streamed));
    OptionalLong nanos =
        known == null ? OptionalLong.empty() : known.quantileNanos(time.nanoTime());
    return nanos.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Duration.ofNanos(Math.max(nanos.getAsLong(), settings.minimumWait().toNanos())));
  }

  /**
   * First content came, or had not come when the try was overtaken: a try that is cut off at the
   * quantile and not counted would pull the quantile down.
   */
  public void firstContent(String modelId, boolean streamed, long nanos) {
    long now = time.nanoTime();
    times
        .computeIfAbsent(
            new Key(modelId, streamed), k -> new FirstContentTimes(settings.afterQuantile(), now))
        .record(nanos, now);
  }

  /**
   * Asks for a second try. What it may cost in vain is set aside until {@link #spent} tells.
   *
   * @param requestBytes size of the request
   * @param maxOutputTokens of an answer that comes whole; else 0
   * @return what was set aside, in nano-dollars; negative when the try must not be made. A model
   *     whose price is not known is never asked a second time: what it costs could not be bounded.
   */
  public long reserve(ModelSpec model, long requestBytes, long maxOutputTokens) {
    Price price = model.price();
    long cost =
        price == null
            ? 0
            : price.costNanoUsd(TokenUsage.of(requestBytes / BYTES_PER_TOKEN, maxOutputTokens));
    synchronized (this) {
      refill();
      // Twenty shares of 0.05 may fall short of 1 by a rounding error.
      if (price != null && hedges >= 1 - 1e-9 && (cost == 0 || cost <= nanoUsd)) {
        hedges -= 1;
        nanoUsd -= cost;
        return cost;
      }
    }
    ended(Result.CAPPED);
    return -1;
  }

  /** The try that was overtaken has ended. */
  public synchronized void spent(long reserved, ModelSpec model, @Nullable TokenUsage usage) {
    refill();
    long cost = usage == null ? 0 : model.costNanoUsd(usage);
    nanoUsd = Math.min(mostNanoUsd, nanoUsd + reserved - cost);
  }

  private void refill() {
    long now = time.nanoTime();
    nanoUsd = Math.min(mostNanoUsd, nanoUsd + (now - refilled) / NANOS_PER_MINUTE * mostNanoUsd);
    refilled = now;
  }

  /** Counts. */
  public void ended(Result result) {
    Objects.requireNonNull(results.get(result)).increment();
  }
}
