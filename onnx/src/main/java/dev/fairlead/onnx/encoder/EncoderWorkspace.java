package dev.fairlead.onnx.encoder;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
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

  static final Set<String> INPUTS = Set.of("input_ids", "attention_mask", "token_type_ids");

  private final int dimensions;
  private final LongBuffer ids;
  private final LongBuffer ones;
  private final LongBuffer zeros;
  private final FloatBuffer hidden;

  EncoderWorkspace(int maxTokens, int dimensions) {
    this.dimensions = dimensions;
    this.ids = direct(maxTokens * Long.BYTES).asLongBuffer();
    this.ones = direct(maxTokens * Long.BYTES).asLongBuffer();
    this.zeros = direct(maxTokens * Long.BYTES).asLongBuffer();
    this.hidden = direct(maxTokens * dimensions * Float.BYTES).asFloatBuffer();
    for (int i = 0; i < maxTokens; i++) {
      ones.put(i, 1);
    }
  }

  /** One forward pass, then the mean over tokens, scaled to length 1. */
  float[] run(OrtSession session, String output, long[] tokenIds) throws OrtException {
    int tokens = tokenIds.length;
    ids.put(0, tokenIds);
    OrtEnvironment environment = OrtRuntime.environment();
    long[] shape = {1, tokens};
    try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, ids.slice(0, tokens), shape);
        OnnxTensor maskTensor = OnnxTensor.createTensor(environment, ones.slice(0, tokens), shape);
        OnnxTensor typeTensor =
            OnnxTensor.createTensor(environment, zeros.slice(0, tokens), shape);
        OnnxTensor outTensor =
            OnnxTensor.createTensor(
                environment,
                hidden.slice(0, tokens * dimensions),
                new long[] {1, tokens, dimensions});
        OrtSession.Result pinned =
            session.run(
                Map.of(
                    "input_ids",
                    idTensor,
                    "attention_mask",
                    maskTensor,
                    "token_type_ids",
                    typeTensor),
                Map.of(output, outTensor))) {
      return pool(tokens);
    }
  }

  private float[] pool(int tokens) {
    float[] sum = new float[dimensions];
    for (int token = 0; token < tokens; token++) {
      int row = token * dimensions;
      for (int i = 0; i < dimensions; i++) {
        sum[i] += hidden.get(row + i);
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
