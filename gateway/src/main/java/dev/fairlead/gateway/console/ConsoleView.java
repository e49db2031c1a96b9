package dev.fairlead.gateway.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.gateway.pipeline.CacheUse;
import dev.fairlead.gateway.pipeline.StepTimes;
import dev.fairlead.gateway.quality.QualityEstimates;
import dev.fairlead.gateway.routing.Usd;
import dev.fairlead.gateway.totals.SharedTotals;
import dev.fairlead.gateway.totals.Totals;
import dev.fairlead.v1.Attempt;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;

/** What the console is told of requests, as JSON. Thread-safe, does not block. */
public final class ConsoleView {

  /** Most requests of one answer. */
  private static final int MOST_LISTED = 1000;

  private static final double NANOS_PER_MILLI = 1e6;
  private static final String ATTEMPT_RESULT = "ATTEMPT_RESULT_";

  private final RecentRequests recent;
  private final SharedTotals shared;
  private final long startNanos = System.nanoTime();

  /** Shares its collaborators with the pipeline. */
  public ConsoleView(RecentRequests recent, SharedTotals shared) {
    this.recent = recent;
    this.shared = shared;
  }

  /**
   * Totals over all gateways where they share a Redis ({@code scope: all}), else of this one
   * ({@code replica}), and the last minutes of this one.
   */
  public CompletableFuture<ObjectNode> overview() {
    return shared.view().thenApply(this::overview);
  }

  private ObjectNode overview(SharedTotals.View view) {
    long now = System.currentTimeMillis();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("time", now);
    node.put("uptime_seconds", Duration.ofNanos(System.nanoTime() - startNanos).toSeconds());
    node.put("scope", view.scope());
    node.put("since", view.totals().since().toEpochMilli());
    totals(node.putObject("totals"), view.totals());
    node.set("window", RecentWindow.of(recent, now).json());
    return node;
  }

  private static void totals(ObjectNode node, Totals totals) {
    node.put("requests", totals.requests());
    node.put("errors", totals.errors());
    node.put("cancelled", totals.cancelled());
    node.put("cost_usd", Usd.decimal(totals.costNanoUsd()));
    node.put("saved_usd", Usd.decimal(totals.savedNanoUsd()));
    node.put("prompt_tokens", totals.promptTokens());
    node.put("completion_tokens", totals.completionTokens());
    node.put("service_level", totals.serviceLevel());
    QualityEstimates.Retention kept = totals.retention();
    ObjectNode retention = node.putObject("quality_retention");
    retention.put("mean", kept.mean());
    retention.put("low", kept.low());
    retention.put("high", kept.high());
    retention.put("answers", kept.answers());
    node.set("cache", cacheUse(totals));
    ObjectNode models = node.putObject("models");
    totals.modelUsage().forEach(models::put);
  }

  /** Answers by how the cache took part, and whose they are. */
  public CompletableFuture<ObjectNode> cacheUse() {
    return shared
        .view()
        .thenApply(view -> {
          ObjectNode node = JsonNodeFactory.instance.objectNode();
          node.put("scope", view.scope());
          node.set("answers", cacheUse(view.totals()));
          return node;
        });
  }

  private static ObjectNode cacheUse(Totals totals) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    for (CacheUse use : CacheUse.values()) {
      node.put(use.label(), totals.cacheUse(use));
    }
    return node;
  }

  /** The requests that are remembered, newest first, at most 1000. */
  public ObjectNode recent() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("time", System.currentTimeMillis());
    node.put("remembered", recent.capacity());
    ArrayNode list = node.putArray("requests");
    recent.newest(MOST_LISTED).forEach(request -> list.add(json(request)));
    return node;
  }

  /** One request with its steps and tries; empty when it is forgotten. */
  public Optional<ObjectNode> request(String id) {
    return recent
        .find(id)
        .map(request -> {
          ObjectNode node = json(request);
          ArrayNode tries = node.putArray("tries");
          request.attempts().forEach(attempt -> tries.add(json(attempt)));
          ArrayNode steps = node.putArray("steps");
          request.steps().told().forEach(step -> steps.add(json(step)));
          return node;
        });
  }

  private static ObjectNode json(StepTimes.Took step) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("name", step.step().label());
    node.put("begin_ms", step.beganNanos() / NANOS_PER_MILLI);
    node.put("duration_ms", step.nanos() / NANOS_PER_MILLI);
    return node;
  }

  private static ObjectNode json(SettledRequest request) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", request.id());
    node.put("time", request.endedMillis());
    node.put("tenant", request.tenant());
    node.put("model", request.model());
    node.put("tier", request.tier());
    node.put("policy", request.policy());
    node.put("reason", request.reason());
    put(node, "complexity", request.complexity());
    node.put("cache", request.cache());
    put(node, "similarity", request.similarity());
    node.put("prompt_tokens", request.promptTokens());
    node.put("completion_tokens", request.completionTokens());
    node.put("cost_usd", Usd.decimal(request.costNanoUsd()));
    node.put("saved_usd", Usd.decimal(request.savedNanoUsd()));
    put(node, "quality", request.quality());
    node.put("latency_ms", request.latencyNanos() / NANOS_PER_MILLI);
    if (request.firstTokenNanos().isPresent()) {
      node.put("first_token_ms", request.firstTokenNanos().getAsLong() / NANOS_PER_MILLI);
    } else {
      node.putNull("first_token_ms");
    }
    node.put("overhead_ms", request.overheadNanos() / NANOS_PER_MILLI);
    node.put("attempts", request.attempts().size());
    node.put("status", status(request));
    node.put("failure", request.failure());
    return node;
  }

  private static String status(SettledRequest request) {
    if (request.answered()) {
      return "success";
    }
    return request.cancelled() ? SettledRequest.CANCELLED : "error";
  }

  /** Without the vendor's words, which could repeat a prompt. */
  private static ObjectNode json(Attempt attempt) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("number", attempt.getNumber());
    node.put("model", attempt.getModelId());
    node.put("provider", attempt.getProvider());
    node.put(
        "result", attempt.getResult().name().replace(ATTEMPT_RESULT, "").toLowerCase(Locale.ROOT));
    node.put("http_status", attempt.getHttpStatus());
    node.put("latency_ms", millis(attempt.getLatency()));
    if (attempt.hasTimeToFirstToken()) {
      node.put("first_token_ms", millis(attempt.getTimeToFirstToken()));
    } else {
      node.putNull("first_token_ms");
    }
    return node;
  }

  private static double millis(com.google.protobuf.Duration duration) {
    return duration.getSeconds() * 1e3 + duration.getNanos() / NANOS_PER_MILLI;
  }

  private static void put(ObjectNode node, String key, OptionalDouble value) {
    if (value.isPresent()) {
      node.put(key, value.getAsDouble());
    } else {
      node.putNull(key);
    }
  }
}
