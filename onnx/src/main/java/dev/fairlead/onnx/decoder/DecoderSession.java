package dev.fairlead.onnx.decoder;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.onnx.OrtRuntime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A decoder's graph and its signature, as Optimum exports it. Runs may come from one thread. */
final class DecoderSession implements AutoCloseable {

  private static final String PAST = "past_key_values.";

  private final OrtSession session;
  private final List<CacheInput> caches = new ArrayList<>();
  private final boolean mask;
  private final boolean positions;
  private final boolean branches;

  /** One layer's keys or values. */
  record CacheInput(String past, String present, int heads, int width) {}

  /**
   * Rows of equal length to compute.
   *
   * @param ids {@code rows x tokens}
   * @param mask {@code rows x (past + tokens)}: 0 is padding
   * @param positions {@code rows x tokens}
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed to the runtime at once.
  record Input(int rows, int tokens, int past, long[] ids, long[] mask, long[] positions) {}

  DecoderSession(String name, OrtSession session, int kvHeads, int headWidth) {
    this.session = session;
    try {
      Set<String> inputs = session.getInputNames();
      Set<String> outputs = session.getOutputNames();
      if (!inputs.contains("input_ids") || !outputs.contains("logits")) {
        throw unexpected(name, inputs + " -> " + outputs, "input_ids -> logits of a decoder");
      }
      this.mask = inputs.contains("attention_mask");
      this.positions = inputs.contains("position_ids");
      this.branches = inputs.contains("use_cache_branch");
      caches.addAll(caches(name, session, kvHeads, headWidth));
      for (String input : inputs) {
        boolean known =
            input.startsWith(PAST)
                || Set.of("input_ids", "attention_mask", "position_ids", "use_cache_branch")
                    .contains(input);
        if (!known) {
          throw unexpected(name, "input " + input, "the inputs of a text decoder");
        }
      }
    } catch (OrtException e) {
      throw new ModelFileException(name + ": its signature cannot be read", e);
    }
  }

  private static List<CacheInput> caches(
      String name, OrtSession session, int kvHeads, int headWidth) throws OrtException {
    Map<String, CacheInput> found = new TreeMap<>();
    for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
      if (!input.getKey().startsWith(PAST)) {
        continue;
      }
      if (!(input.getValue().getInfo() instanceof TensorInfo tensor)
          || tensor.type != OnnxJavaType.FLOAT
          || tensor.getShape().length != 4) {
        throw unexpected(
            name, input.getKey() + " " + input.getValue(), "float, batch x heads x tokens x width");
      }
      String present = "present." + input.getKey().substring(PAST.length());
      if (!session.getOutputNames().contains(present)) {
        throw unexpected(name, "no output " + present, "one for each " + PAST + "N");
      }
      long[] shape = tensor.getShape();
      int heads = shape[1] > 0 ? (int) shape[1] : kvHeads;
      int width = shape[3] > 0 ? (int) shape[3] : headWidth;
      if (heads < 1 || width < 1) {
        throw unexpected(
            name + "/config.json",
            "heads " + heads + ", head width " + width,
            "num_attention_heads and hidden_size, or n_head and n_embd");
      }
      found.put(input.getKey(), new CacheInput(input.getKey(), present, heads, width));
    }
    return List.copyOf(found.values());
  }

  boolean cached() {
    return !caches.isEmpty();
  }

  /** Whether rows of different lengths may stand in one batch. */
  boolean pads() {
    return mask && (positions || !cached());
  }

  List<CacheInput> caches() {
    return caches;
  }

  /**
   * Computes; the caller closes the result.
   *
   * @param past of {@link #caches}, in order; null when there is nothing earlier
   */
  OrtSession.Result run(Input in, @Nullable List<OnnxTensor> past) {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    List<OnnxTensor> own = new ArrayList<>();
    try {
      put(inputs, own, "input_ids", in.ids(), in.rows(), in.tokens());
      if (mask) {
        put(inputs, own, "attention_mask", in.mask(), in.rows(), in.past() + in.tokens());
      }
      if (positions) {
        put(inputs, own, "position_ids", in.positions(), in.rows(), in.tokens());
      }
      if (branches) {
        boolean[] flag = {past != null};
        own.add(OnnxTensor.createTensor(OrtRuntime.environment(), flag));
        inputs.put("use_cache_branch", own.getLast());
      }
      for (int i = 0; i < caches.size(); i++) {
        if (past == null) {
          // The branch without a cache of a merged graph ignores it but wants one token of it.
          int tokens = branches ? 1 : 0;
          own.add(
              tensor(caches.get(i), in.rows(), tokens, floats(caches.get(i), in.rows(), tokens)));
        }
        inputs.put(caches.get(i).past(), past == null ? own.getLast() : past.get(i));
      }
      return session.run(inputs);
    } catch (OrtException e) {
      throw new DecoderException(
          "the decoder failed on " + in.rows() + " x " + in.tokens() + " tokens", e);
    } finally {
      own.forEach(OnnxTensor::close);
    }
  }

  /** Room for a cache of {@code rows x heads x tokens x width}. */
  static FloatBuffer floats(CacheInput cache, int rows, int tokens) {
    int size = Math.multiplyExact(Math.multiplyExact(rows, cache.heads() * cache.width()), tokens);
    return ByteBuffer.allocateDirect(Math.multiplyExact(4, size))
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  static OnnxTensor tensor(CacheInput cache, int rows, int tokens, FloatBuffer content)
      throws OrtException {
    long[] shape = {rows, cache.heads(), tokens, cache.width()};
    return OnnxTensor.createTensor(OrtRuntime.environment(), content, shape);
  }

  private static void put(
      Map<String, OnnxTensor> inputs,
      List<OnnxTensor> own,
      String name,
      long[] content,
      int rows,
      int columns)
      throws OrtException {
    OrtEnvironment environment = OrtRuntime.environment();
    long[] shape = {rows, columns};
    own.add(OnnxTensor.createTensor(environment, LongBuffer.wrap(content), shape));
    inputs.put(name, own.getLast());
  }

  private static ModelFileException unexpected(String name, String value, String expected) {
    return new ModelFileException(name + ": " + value + " (expected: " + expected + ")");
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
