package dev.fairlead.gateway.edge;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.gateway.live.ModelStatistics;
import dev.fairlead.gateway.slo.Burn;
import dev.fairlead.gateway.slo.Objective;
import java.util.OptionalDouble;

/** How models do of late and how they keep their objectives, as told to people. */
final class ModelHealthJson {

  private final EdgeServer.Parts parts;

  ModelHealthJson(EdgeServer.Parts parts) {
    this.parts = parts;
  }

  /** One member a model of the catalogue in {@code burn}; in {@code statistics} where known. */
  void addTo(ObjectNode burn, ObjectNode statistics) {
    parts
        .catalogs()
        .current()
        .ifPresent(catalog -> {
          for (ModelSpec model : catalog.models()) {
            burn.set(model.id(), burn(model.id()));
            parts
                .statistics()
                .find(model.id())
                .ifPresent(known -> statistics.set(model.id(), statistics(known)));
          }
        });
  }

  private ObjectNode burn(String model) {
    Burn burn = parts.slo().burn(model);
    Objective objective = parts.slo().objective(model);
    ObjectNode node = Json.object();
    node.put("short", burn.shortWindow());
    node.put("long", burn.longWindow());
    node.put("samples", burn.samples());
    node.put("latency_p95_ms", objective.latencyP95Ms());
    node.put("first_token_p95_ms", objective.firstTokenP95Ms());
    node.put("availability", objective.availability());
    ObjectNode others = node.putObject("objectives");
    parts
        .slo()
        .otherBurns(model)
        .forEach((name, other) ->
            others
                .putObject(name)
                .put("short", other.shortWindow())
                .put("long", other.longWindow())
                .put("samples", other.samples()));
    return node;
  }

  private static ObjectNode statistics(ModelStatistics known) {
    ObjectNode node = Json.object();
    node.put("tries", known.tries());
    node.put("error_rate", known.errorRate());
    long tokens = Math.round(known.tokensPerAnswer());
    node.put("tokens_per_answer", tokens);
    put(node, "latency_p50_ms", known.answerMillis(0.5, tokens));
    put(node, "latency_p95_ms", known.answerMillis(0.95, tokens));
    put(node, "first_token_p50_ms", known.firstTokenMillis(0.5));
    put(node, "first_token_p95_ms", known.firstTokenMillis(0.95));
    put(node, "tokens_per_second", known.tokensPerSecond());
    return node;
  }

  private static void put(ObjectNode node, String key, OptionalDouble value) {
    if (value.isPresent()) {
      node.put(key, value.getAsDouble());
    } else {
      node.putNull(key);
    }
  }
}
