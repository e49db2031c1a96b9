package dev.fairlead.onnx.decoder;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values that one run gave, shared by the rows of that run; closed when no row needs it.
 * Not thread-safe.
 */
final class CacheBlock {

  final int rows;
  final int tokens;
  private final OrtSession.Result result;
  private final List<OnnxTensor> tensors = new ArrayList<>();
  private @Nullable List<FloatBuffer> read;
  private int users;

  CacheBlock(DecoderSession session, OrtSession.Result result, int rows, int tokens) {
    this.result = result;
    this.rows = rows;
    this.tokens = tokens;
    for (DecoderSession.CacheInput cache : session.caches()) {
      tensors.add((OnnxTensor) result.get(cache.present()).orElseThrow());
    }
  }

  /** As the next run's input, when it has the same rows. */
  List<OnnxTensor> tensors() {
    return tensors;
  }

  /** One layer's content, copied out of the runtime once. */
  FloatBuffer content(int cache) {
    if (read == null) {
      read = tensors.stream().map(OnnxTensor::getFloatBuffer).toList();
    }
    return read.get(cache);
  }

  void use() {
    users++;
  }

  void release() {
    if (--users == 0) {
      result.close();
    }
  }
}
