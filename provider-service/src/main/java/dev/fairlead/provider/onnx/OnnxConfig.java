package dev.fairlead.provider.onnx;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.fairlead.common.config.ConfigSource.JsonDefaults;
import dev.fairlead.common.config.Expect;

/**
 * An entry of {@code providers} of kind {@code onnx}.
 *
 * @param modelPath folder of the decoder in Optimum's layout, or {@code shipped}
 * @param sha256 of the graph's file, 64 hexadecimal digits; empty does not look
 * @param threads that one step computes on; 0 means half of the processors
 * @param maxBatchSize answers that are generated together
 * @param queue answers that may wait for a place
 */
@JsonIgnoreProperties({"kind", "base_url", "api_key"})
public record OnnxConfig(
    String modelPath, String sha256, int threads, int maxBatchSize, int queue) {

  /** The decoder that this project has trained. */
  public static final String SHIPPED = "shipped";

  /** What an entry leaves out. */
  public static final JsonDefaults DEFAULTS =
      new JsonDefaults("{model_path: '', sha256: '', threads: 0, max_batch_size: 8, queue: 64}");

  /** Checks ranges. */
  public OnnxConfig {
    Expect.that(
        sha256.isEmpty() || sha256.matches("[0-9a-fA-F]{64}"),
        "sha256",
        sha256,
        "64 hexadecimal digits");
    Expect.range("threads", threads, 0, 256);
    Expect.range("max_batch_size", maxBatchSize, 1, 256);
    Expect.range("queue", queue, 1, 10_000);
  }

  int threadsOrDefault() {
    return threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }
}
