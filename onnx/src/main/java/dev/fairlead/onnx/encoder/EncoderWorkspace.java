package dev.fairlead.onnx.encoder;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.fairlead.onnx.OrtRuntime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Map;
import java.util.Set;

/**
 * Direct buffers for one run at a time, which the runtime reads from and writes to without copies.
 * Not thread-safe: the encoder lends each to one call.
 */
final class EncoderWorkspace {

  private static final String IDS = "input_ids";

  /** What the graph of a BERT takes as Optimum exports it. */
  static final Set<String> INPUTS = Set.of(IDS, "attention_mask", "token_type_ids");

  private final int dimensions;
  private final LongBuffer ids;
  private final LongBuffer ones;
  private final LongBuffer zeros;
  private final FloatBuffer hidden;
  private final float[] row;

  EncoderWorkspace(int maxTokens, int dimensions) {
    this.dimensions = dimensions;
    this.ids = direct(maxTokens * Long.BYTES).asLongBuffer();
    this.ones = direct(maxTokens * Long.BYTES).asLongBuffer();
    this.zeros = direct(maxTokens * Long.BYTES).asLongBuffer();
    this.hidden = direct(maxTokens * dimensions * Float.BYTES).asFloatBuffer();
    this.row = new float[dimensions];
    for (int i = 0; i < maxTokens; i++) {
      ones.put(i, 1);
    }
  }

  /** One forward pass, then the mean over tokens, scaled to length 1. */
  float[] run(OrtSession session, String output, long[] tokenIds) throws OrtException {
    int tokens = tokenIds.length;
    ids.put(0, tokenIds);
    try (OnnxTensor idTensor = tensor(ids, tokens);
        OnnxTensor outTensor =
            OnnxTensor.createTensor(
                OrtRuntime.environment(),
                hidden.slice(0, tokens * dimensions),
                new long[] {1, tokens, dimensions})) {
      if (session.getNumInputs() == 1) {
        pinned(session, Map.of(IDS, idTensor), Map.of(output, outTensor));
      } else {
        try (OnnxTensor mask = tensor(ones, tokens);
            OnnxTensor types = tensor(zeros, tokens)) {
          pinned(
              session,
              Map.of(IDS, idTensor, "attention_mask", mask, "token_type_ids", types),
              Map.of(output, outTensor));
        }
      }
    }
    return pool(tokens);
  }

  private static OnnxTensor tensor(LongBuffer values, int tokens) throws OrtException {
    return OnnxTensor.createTensor(
        OrtRuntime.environment(), values.slice(0, tokens), new long[] {1, tokens});
  }

  private static void pinned(
      OrtSession session, Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs)
      throws OrtException {
    session.run(inputs, outputs).close();
  }

  private float[] pool(int tokens) {
    float[] sum = new float[dimensions];
    for (int token = 0; token < tokens; token++) {
      hidden.get(token * dimensions, row);
      for (int i = 0; i < dimensions; i++) {
        sum[i] += row[i];
      }
    }
    double squares = 0;
    for (float value : sum) {
      squares += (double) value * value;
    }
    if (!(squares > 0 && squares < Double.POSITIVE_INFINITY)) {
      throw new IllegalStateException(
          "the encoder gave a vector of length " + Math.sqrt(squares) + " (expected: above 0)");
    }
    float scale = (float) (1 / Math.sqrt(squares));
    for (int i = 0; i < dimensions; i++) {
      sum[i] *= scale;
    }
    return sum;
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}
