package dev.fairlead.tools.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * A prompt whose outcomes on a strong and a weak model were measured.
 *
 * @param source benchmark it comes from
 * @param strong score of the strong model's answer, 0 to 1
 * @param weak score of the weak model's answer, 0 to 1
 * @param scores scores of all models that were measured; empty when only the pair was
 */
public record RoutingExample(
    String id,
    String source,
    String prompt,
    double strong,
    double weak,
    Map<String, Double> scores) {

  /** Copies the scores. */
  public RoutingExample {
    scores = Map.copyOf(scores);
  }

  /** What the strong model gains over the weak one, -1 to 1. */
  public double gain() {
    return strong - weak;
  }

  /**
   * Reads a file of JSON lines, gzip. Blocks.
   *
   * @throws IOException also when a line lacks a field
   */
  public static List<RoutingExample> read(Path file) throws IOException {
    JsonMapper json = new JsonMapper();
    List<RoutingExample> examples = new ArrayList<>();
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank()) {
          examples.add(parse(json.readTree(line)));
        }
      }
    }
    return examples;
  }

  private static RoutingExample parse(JsonNode node) throws IOException {
    for (String field : List.of("id", "source", "prompt", "strong_score", "weak_score")) {
      if (!node.hasNonNull(field)) {
        throw new IOException("a line without `" + field + "`: " + node.path("id"));
      }
    }
    Map<String, Double> scores = new LinkedHashMap<>();
    node.path("scores")
        .properties()
        .forEach(entry -> scores.put(entry.getKey(), entry.getValue().asDouble()));
    return new RoutingExample(
        node.get("id").asText(),
        node.get("source").asText(),
        node.get("prompt").asText(),
        node.get("strong_score").asDouble(),
        node.get("weak_score").asDouble(),
        scores);
  }
}
