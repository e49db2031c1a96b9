package dev.fairlead.tools.eval.harness;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Outcomes by prompt and model, and their file: JSON lines, without prompts or answers. */
final class Outcomes {

  private static final JsonMapper JSON = new JsonMapper();

  private final Map<String, Map<String, Outcome>> byPrompt = new LinkedHashMap<>();

  private Outcomes() {}

  static Outcomes of(List<Outcome> outcomes) {
    Outcomes all = new Outcomes();
    outcomes.forEach(all::put);
    return all;
  }

  private void put(Outcome outcome) {
    byPrompt
        .computeIfAbsent(outcome.promptId(), id -> new HashMap<>())
        .put(outcome.model(), outcome);
  }

  /** Of a prompt on a model. */
  Optional<Outcome> find(String promptId, String model) {
    return Optional.ofNullable(byPrompt.getOrDefault(promptId, Map.of()).get(model));
  }

  /**
   * Reads recorded outcomes.
   *
   * @throws IOException whose message names file, line and expectation
   */
  static Outcomes read(Path file) throws IOException {
    Outcomes all = new Outcomes();
    int number = 0;
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (!line.isBlank()) {
          all.put(parse(JSON.readTree(line)));
        }
      }
    } catch (JacksonException | IllegalArgumentException e) {
      String why = e instanceof JacksonException json ? json.getOriginalMessage() : e.getMessage();
      throw new IOException(file + ": line " + number + ": " + why, e);
    }
    return all;
  }

  private static Outcome parse(JsonNode node) {
    return new Outcome(
        text(node, "id"),
        text(node, "model"),
        number(node, "quality", 1),
        number(node, "cost_usd", 1e6),
        number(node, "latency_ms", 1e9),
        node.path("answered").asBoolean(true));
  }

  private static String text(JsonNode node, String member) {
    if (!node.path(member).isTextual()) {
      throw new IllegalArgumentException(member + ": " + node.path(member) + " (expected: a text)");
    }
    return node.get(member).textValue();
  }

  private static double number(JsonNode node, String member, double most) {
    double value = node.path(member).isNumber() ? node.get(member).doubleValue() : Double.NaN;
    if (!(value >= 0 && value <= most)) {
      throw new IllegalArgumentException(
          member + ": " + node.path(member) + " (expected: a number, 0.." + most + ")");
    }
    return value;
  }

  /** Writes them so that {@link #read} gives them back. */
  void write(Path file) throws IOException {
    try (BufferedWriter writer = Files.newBufferedWriter(file)) {
      for (Map<String, Outcome> ofPrompt : byPrompt.values()) {
        for (Outcome outcome : ofPrompt.values()) {
          ObjectNode node = JSON.createObjectNode();
          node.put("id", outcome.promptId());
          node.put("model", outcome.model());
          node.put("quality", outcome.quality());
          node.put("cost_usd", outcome.costUsd());
          node.put("latency_ms", outcome.latencyMillis());
          node.put("answered", outcome.answered());
          writer.write(node.toString());
          writer.write('\n');
        }
      }
    }
  }
}
