package dev.fairlead.onnx.complexity;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.ModelFileException;
import java.io.IOException;
import java.util.List;

/**
 * What stands beside the head's graph: what it was trained for, so that it is not fed anything
 * else, and its quantiles.
 *
 * @param version of the head, such as {@code 2026.11-1}
 * @param graphSha256 hash of the graph's file, hexadecimal
 * @param embeddingDimensions length of the embedding it takes
 * @param maxTokens tokens of a text that its embeddings were made of
 * @param features names of the lexical features it takes, in order
 * @param quantiles expected gain at equally spaced quantiles of reference traffic, ascending
 */
public record HeadManifest(
    String version,
    String graphSha256,
    int embeddingDimensions,
    int maxTokens,
    List<String> features,
    List<Double> quantiles) {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  /** Copies the lists. */
  public HeadManifest {
    if (version == null || graphSha256 == null || features == null || quantiles == null) {
      throw new IllegalArgumentException("a component is missing (expected: all of them)");
    }
    features = List.copyOf(features);
    quantiles = List.copyOf(quantiles);
  }

  /** Reads a manifest. */
  public static HeadManifest parse(ModelFile file) {
    try {
      return JSON.readValue(file.content(), HeadManifest.class);
    } catch (IOException e) {
      throw new ModelFileException(file.name() + ": not the manifest of a complexity head", e);
    }
  }

  /** The manifest as JSON. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this) + "\n";
    } catch (JacksonException e) {
      throw new IllegalStateException("a record of numbers and texts cannot fail to be written", e);
    }
  }
}
