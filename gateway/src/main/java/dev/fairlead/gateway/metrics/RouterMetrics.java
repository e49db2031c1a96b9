package dev.fairlead.gateway.metrics;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.pipeline.Answer;
import dev.fairlead.gateway.pipeline.AnswerHead;
import dev.fairlead.gateway.pipeline.CacheUse;
import dev.fairlead.gateway.pipeline.Settlement;
import dev.fairlead.gateway.routing.Candidate;
import dev.fairlead.gateway.routing.Decision;
import dev.fairlead.gateway.routing.Drop;
import dev.fairlead.telemetry.GenAiServerMeters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The gateway's meters of DESIGN section 9. Label values are catalogue ids and fixed names, never
 * anything from a request. Thread-safe and cheap: meters are looked up once and kept.
 */
public final class RouterMetrics {

  private static final double NANOS_PER_USD = 1e9;

  private final MeterRegistry registry;
  private final Summary summary = new Summary();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final Map<String, ModelMeters> models = new ConcurrentHashMap<>();
  private final Map<Operation, Map<String, GenAiServerMeters>> conventional =
      new EnumMap<>(Operation.class);
  private final Map<CacheUse, Counter> lookups = new EnumMap<>(CacheUse.class);
  private final Map<Decision.Label, Counter> decisions = new ConcurrentHashMap<>();
  private final Map<Dropped, Counter> drops = new ConcurrentHashMap<>();
  private final Counter saved;
  private final Counter baseline;
  private final Counter cacheUnavailable;
  private final Counter scorerUnavailable;
  private final Counter levelMet;
  private final Counter levelMissed;
  private final Timer overhead;

  /** Registers what does not depend on the catalogue. */
  public RouterMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (Operation operation : Operation.values()) {
      conventional.put(operation, new ConcurrentHashMap<>());
    }
    for (CacheUse use : CacheUse.values()) {
      lookups.put(
          use,
          Counter.builder("llm.router.cache.lookups")
              .description("Requests by how the cache took part")
              .tag("result", use.label())
              .register(registry));
    }
    saved =
        Counter.builder("llm.router.saved.usd")
            .description(
                "USD that the baseline would have cost more; answers dearer than the baseline do"
                    + " not count")
            .register(registry);
    baseline =
        Counter.builder("llm.router.baseline.cost.usd")
            .description("USD that the baseline would have cost for what was answered")
            .register(registry);
    cacheUnavailable = away("cache");
    scorerUnavailable = away("scorer");
    levelMet = level(registry, "met");
    levelMissed = level(registry, "missed");
    overhead =
        Timer.builder("llm.router.overhead")
            .description("Time of a request that was not spent at the upstream")
            .serviceLevelObjectives(Buckets.OVERHEAD)
            .register(registry);
    Gauge.builder("llm.router.requests.in.flight", inFlight, AtomicInteger::get)
        .description("Requests under way")
        .register(registry);
  }

  private Counter away(String service) {
    return Counter.builder("llm.router.dependency.unavailable")
        .description("Requests that went on without a service that did not answer in time")
        .tag("service", service)
        .register(registry);
  }

  /** Totals for the JSON summary. */
  public Summary summary() {
    return summary;
  }

  /** A request was admitted. */
  public void requestStarted() {
    inFlight.incrementAndGet();
  }

  /** The cache did not answer in time. */
  public void cacheUnavailable() {
    cacheUnavailable.increment();
  }

  /** The scorer did not answer in time. */
  public void scorerUnavailable() {
    scorerUnavailable.increment();
  }

  /** A model was chosen, and others were not because they could not serve. */
  public void decided(Decision decision) {
    decisions.computeIfAbsent(decision.label(), this::decisionCounter).increment();
    for (Candidate candidate : decision.candidates()) {
      Drop why = candidate.dropped();
      if (why != null) {
        drops.computeIfAbsent(new Dropped(candidate.model().id(), why), this::drops).increment();
      }
    }
  }

  private record Dropped(String model, Drop why) {}

  private Counter drops(Dropped dropped) {
    return Counter.builder("llm.router.routing.dropped")
        .description("Models that could not serve a routed request, by why")
        .tag("model", dropped.model())
        .tag("reason", dropped.why().label())
        .register(registry);
  }

  private Counter decisionCounter(Decision.Label label) {
    return Counter.builder("llm.router.routing.decisions")
        .description("Routing decisions")
        .tag("policy", label.policy())
        .tag("tier", label.tier())
        .tag("model", label.model())
        .tag("reason", label.reason())
        .register(registry);
  }

  /** The first content of a stream has come. */
  public void firstToken(String model, long sinceArrivalNanos) {
    meters(model).firstToken().record(sinceArrivalNanos, TimeUnit.NANOSECONDS);
  }

  /** More content of a stream has come. */
  public void interToken(String model, long sinceLastNanos) {
    meters(model).interToken().record(sinceLastNanos, TimeUnit.NANOSECONDS);
  }

  /** Tokens were paid for by a try that gave no complete answer. */
  public void charged(String model, TokenUsage usage, long costNanoUsd) {
    meters(model).charge(usage, costNanoUsd / NANOS_PER_USD);
    summary.charged(costNanoUsd);
  }

  /** A request was answered. */
  public void completed(Answer answer) {
    inFlight.decrementAndGet();
    AnswerHead head = answer.head();
    Settlement settlement = answer.settlement();
    ModelMeters meters = meters(head.modelId());
    meters.success().increment();
    meters.latency(settlement.latencyNanos());
    lookup(head.cache());
    if (!head.cache().answered()) {
      meters.charge(settlement.usage(), settlement.answerNanoUsd() / NANOS_PER_USD);
    }
    saved.increment(Math.max(0, settlement.savedNanoUsd()) / NANOS_PER_USD);
    baseline.increment(settlement.baselineNanoUsd() / NANOS_PER_USD);
    overhead.record(head.overheadNanos(), TimeUnit.NANOSECONDS);
    summary.completed(head.modelId(), head.cache(), settlement);
  }

  /**
   * A request ended without a complete answer.
   *
   * @param model catalogue id of the model that was tried last, or {@code none}
   */
  public void failed(String model, Failure failure, long latencyNanos) {
    inFlight.decrementAndGet();
    ModelMeters meters = meters(model);
    boolean cancelled = failure instanceof Failure.Cancelled;
    (cancelled ? meters.cancelled() : meters.error()).increment();
    meters.latency(latencyNanos);
    summary.failed(cancelled);
  }

  /** A request was answered, as the GenAI conventions measure it. */
  public void answered(Operation operation, Answer answer) {
    Settlement settlement = answer.settlement();
    conventional(operation, answer.head().modelId())
        .answered(
            settlement.latencyNanos(),
            settlement.firstTokenNanos().orElse(-1),
            settlement.usage().completionTokens());
  }

  /** A request was not answered, as the GenAI conventions measure it. */
  public void refused(Operation operation, String model, long latencyNanos) {
    conventional(operation, model).failed(latencyNanos);
  }

  private GenAiServerMeters conventional(Operation operation, String model) {
    Map<String, GenAiServerMeters> ofOperation =
        Objects.requireNonNull(conventional.get(operation));
    GenAiServerMeters known = ofOperation.get(model);
    return known != null
        ? known
        : ofOperation.computeIfAbsent(
            model, id -> new GenAiServerMeters(registry, operation.label(), id));
  }

  /** A request that nobody cancelled has ended, inside its limits of time and cost or not. */
  public void serviceLevel(boolean met) {
    (met ? levelMet : levelMissed).increment();
    summary.serviceLevel(met);
  }

  private static Counter level(MeterRegistry registry, String result) {
    return Counter.builder("llm.router.service.level")
        .description("Requests by whether they stayed inside their limits of time and cost")
        .tag("result", result)
        .register(registry);
  }

  private void lookup(CacheUse use) {
    Counter counter = lookups.get(use);
    if (counter != null) {
      counter.increment();
    }
  }

  private ModelMeters meters(String model) {
    ModelMeters known = models.get(model);
    return known != null
        ? known
        : models.computeIfAbsent(model, id -> ModelMeters.register(registry, id));
  }
}
