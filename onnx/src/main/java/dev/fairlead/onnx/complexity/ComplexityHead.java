package dev.fairlead.onnx.complexity;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.onnx.OrtRuntime;
import dev.fairlead.onnx.features.PromptFeatures;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A small ONNX graph from embedding and lexical features to the expected gain: the calibrated
 * probability that a quality-tier model answers better than a cheap one. Thread-safe, some 20
 * microseconds a call on the caller's thread.
 */
public final class ComplexityHead implements AutoCloseable {

  /** Name of the graph's first input, {@code float[1][dimensions]}. */
  public static final String EMBEDDING = "embedding";

  /** Name of the graph's second input, {@code float[1][features]}. */
  public static final String FEATURES = "features";

  /** Name of the graph's output, {@code float[1][1]}. */
  public static final String GAIN = "gain";

  private static final String FOLDER = "/dev/fairlead/onnx/complexity/";

  private final OrtSession session;
  private final HeadManifest manifest;
  private final QuantileTable quantiles;

  private ComplexityHead(OrtSession session, HeadManifest manifest, QuantileTable quantiles) {
    this.session = session;
    this.manifest = manifest;
    this.quantiles = quantiles;
  }

  /** Opens the shipped head. Blocks for some milliseconds. */
  public static ComplexityHead shipped() {
    return open(
        ModelFile.resource(FOLDER + "complexity-head.onnx"),
        ModelFile.resource(FOLDER + "complexity-head.json"));
  }

  /**
   * Opens a head.
   *
   * @throws ModelFileException when the files are damaged, do not belong together, or want other
   *     features than there are
   */
  public static ComplexityHead open(ModelFile graph, ModelFile manifestFile) {
    HeadManifest manifest = HeadManifest.parse(manifestFile);
    if (!manifest.graphSha256().equals(graph.sha256())) {
      throw new ModelFileException(
          graph.name()
              + ": SHA-256 "
              + graph.sha256()
              + " (expected: "
              + manifest.graphSha256()
              + ", by "
              + manifestFile.name()
              + ")");
    }
    if (!knows(manifest.features())) {
      throw new ModelFileException(
          manifestFile.name()
              + ": features "
              + manifest.features()
              + " (expected: "
              + PromptFeatures.names()
              + " or the first of them; train the head anew)");
    }
    QuantileTable quantiles;
    try {
      quantiles =
          QuantileTable.of(
              manifest.quantiles().stream().mapToDouble(Double::doubleValue).toArray());
    } catch (IllegalArgumentException e) {
      throw new ModelFileException(manifestFile.name() + ": " + e.getMessage(), e);
    }
    OrtSession session = OrtRuntime.open(graph.name(), graph.content());
    if (!session.getInputNames().equals(Set.of(EMBEDDING, FEATURES))
        || !session.getOutputNames().equals(Set.of(GAIN))) {
      throw new ModelFileException(
          graph.name()
              + ": inputs "
              + session.getInputNames()
              + ", outputs "
              + session.getOutputNames()
              + " (expected: embedding and features, gain)");
    }
    return new ComplexityHead(session, manifest, quantiles);
  }

  /** New features are added at the end, so that a head of before them can go on. */
  private static boolean knows(List<String> features) {
    List<String> names = PromptFeatures.names();
    return !features.isEmpty()
        && features.size() <= names.size()
        && features.equals(names.subList(0, features.size()));
  }

  /** What the head was trained for. */
  public HeadManifest manifest() {
    return manifest;
  }

  /**
   * The expected gain, 0 to 1.
   *
   * @param embedding {@code float[manifest().embeddingDimensions()]}, L2-normalised
   * @param features {@link PromptFeatures#of} the same text; those that the head was not trained on
   *     are left out
   */
  public double expectedGain(float[] embedding, float[] features) {
    OrtEnvironment environment = OrtRuntime.environment();
    int width = manifest.features().size();
    try (OnnxTensor embeddingTensor =
            OnnxTensor.createTensor(
                environment, FloatBuffer.wrap(embedding), new long[] {1, embedding.length});
        OnnxTensor featureTensor =
            OnnxTensor.createTensor(
                environment, FloatBuffer.wrap(features, 0, width), new long[] {1, width});
        OrtSession.Result result =
            session.run(Map.of(EMBEDDING, embeddingTensor, FEATURES, featureTensor))) {
      return ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
    } catch (OrtException e) {
      throw new IllegalStateException("the complexity head failed", e);
    }
  }

  /** The share of reference traffic with a lower expected gain, 0 to 1. */
  public double complexity(double expectedGain) {
    return quantiles.quantileOf(expectedGain);
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime could not close a session", e);
    }
  }
}
