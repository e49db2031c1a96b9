package dev.fairlead.onnx.decoder;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Computes the next logits of rows together. With a cache, rows are padded on the left to the
 * longest; the keys and values of a run are the next run's input as they are while the rows stay
 * the same, and are copied into a new arrangement when one joins or leaves. Without a cache, whole
 * rows are padded on the right. A graph that cannot tell padding computes row by row. Not
 * thread-safe.
 */
final class DecoderSteps {

  /** Tokens of a prompt that are computed in one run. */
  static final int PREFILL_CHUNK = 128;

  private final DecoderSession session;
  private final int vocabulary;

  DecoderSteps(DecoderSession session, int vocabulary) {
    this.session = session;
    this.vocabulary = vocabulary;
  }

  /** Computes all of a new row's prompt; the logits after its last token. */
  float[] prefill(DecoderRow row) {
    float[] logits = null;
    while (logits == null) {
      logits = prefillSome(row);
    }
    return logits;
  }

  /**
   * Computes the next part of a new row's prompt. The parts are the same for a prompt whoever else
   * is there, so that its answer is.
   *
   * @return the logits after its last token; null while there is more to compute
   */
  float @Nullable [] prefillSome(DecoderRow row) {
    if (!session.cached()) {
      return whole(List.of(row)).getFirst();
    }
    int count = Math.min(PREFILL_CHUNK, row.size() - row.computed());
    float[] logits = cached(List.of(row), count).getFirst();
    return row.computed() < row.size() ? null : logits;
  }

  /** Logits {@code float[vocabulary]} of each row after its last token, which is computed now. */
  List<float[]> next(List<DecoderRow> rows) {
    if (rows.size() > 1 && !session.pads()) {
      return rows.stream().map(row -> next(List.of(row)).getFirst()).toList();
    }
    return session.cached() ? cached(rows, 1) : whole(rows);
  }

  private List<float[]> cached(List<DecoderRow> rows, int count) {
    int longest = rows.stream().mapToInt(DecoderRow::computed).max().orElse(0);
    CacheBlock same = together(rows);
    int past = same == null ? longest : same.tokens;
    int all = past + count;
    long[] ids = new long[rows.size() * count];
    long[] positions = new long[rows.size() * count];
    long[] mask = new long[rows.size() * all];
    for (int r = 0; r < rows.size(); r++) {
      DecoderRow row = rows.get(r);
      for (int i = 0; i < count; i++) {
        ids[r * count + i] = row.token(row.computed() + i);
        positions[r * count + i] = row.computed() + i;
      }
      java.util.Arrays.fill(mask, r * all + past - row.computed(), (r + 1) * all, 1);
    }
    DecoderSession.Input input =
        new DecoderSession.Input(rows.size(), count, past, ids, mask, positions);
    List<OnnxTensor> arranged = same == null && past > 0 ? arrange(rows, past) : null;
    OrtSession.Result result;
    try {
      result = session.run(input, past == 0 ? null : same == null ? arranged : same.tensors());
    } finally {
      if (arranged != null) {
        arranged.forEach(OnnxTensor::close);
      }
    }
    CacheBlock block = new CacheBlock(session, result, rows.size(), all);
    block.use();
    try {
      List<float[]> logits = logits(result, rows.size(), count, null);
      for (int r = 0; r < rows.size(); r++) {
        rows.get(r).moveTo(block, r, rows.get(r).computed() + count);
      }
      return logits;
    } finally {
      block.release();
    }
  }

  /** The block whose rows are exactly these, in order; null when there is none. */
  private static @Nullable CacheBlock together(List<DecoderRow> rows) {
    CacheBlock block = rows.getFirst().block();
    if (block == null || block.rows != rows.size()) {
      return null;
    }
    for (int r = 0; r < rows.size(); r++) {
      if (rows.get(r).block() != block || rows.get(r).index() != r) {
        return null;
      }
    }
    return block;
  }

  private List<OnnxTensor> arrange(List<DecoderRow> rows, int past) {
    List<OnnxTensor> arranged = new ArrayList<>();
    try {
      for (int c = 0; c < session.caches().size(); c++) {
        DecoderSession.CacheInput cache = session.caches().get(c);
        FloatBuffer to = DecoderSession.floats(cache, rows.size(), past);
        for (int r = 0; r < rows.size(); r++) {
          copy(rows.get(r), c, cache, to, r, past);
        }
        arranged.add(DecoderSession.tensor(cache, rows.size(), past, to));
      }
      return arranged;
    } catch (OrtException e) {
      arranged.forEach(OnnxTensor::close);
      throw new DecoderException("the cache of " + rows.size() + " rows cannot be arranged", e);
    }
  }

  private static void copy(
      DecoderRow row, int at, DecoderSession.CacheInput cache, FloatBuffer to, int r, int past) {
    CacheBlock block = row.block();
    if (block == null) {
      return;
    }
    FloatBuffer from = block.content(at);
    int width = cache.width();
    for (int head = 0; head < cache.heads(); head++) {
      int source = ((row.index() * cache.heads() + head) * block.tokens + block.tokens) * width;
      int target = ((r * cache.heads() + head) * past + past) * width;
      int count = row.computed() * width;
      to.put(target - count, from, source - count, count);
    }
  }

  private List<float[]> whole(List<DecoderRow> rows) {
    int longest = rows.stream().mapToInt(DecoderRow::size).max().orElse(0);
    long[] ids = new long[rows.size() * longest];
    long[] positions = new long[ids.length];
    long[] mask = new long[ids.length];
    int[] last = new int[rows.size()];
    for (int r = 0; r < rows.size(); r++) {
      DecoderRow row = rows.get(r);
      last[r] = row.size() - 1;
      for (int i = 0; i < longest; i++) {
        ids[r * longest + i] = i < row.size() ? row.token(i) : 0;
        mask[r * longest + i] = i < row.size() ? 1 : 0;
        positions[r * longest + i] = i;
      }
    }
    DecoderSession.Input input =
        new DecoderSession.Input(rows.size(), longest, 0, ids, mask, positions);
    try (OrtSession.Result result = session.run(input, null)) {
      return logits(result, rows.size(), longest, last);
    }
  }

  /** The logits of one token a row: the last one, or the one named. */
  private List<float[]> logits(
      OrtSession.Result result, int rows, int tokens, int @Nullable [] which) {
    OnnxTensor tensor = (OnnxTensor) result.get("logits").orElseThrow();
    long[] shape = tensor.getInfo().getShape();
    if (shape.length != 3 || shape[0] != rows || shape[2] < vocabulary) {
      throw new DecoderException(
          "logits: %s (expected: %d x %d x at least %d)"
              .formatted(java.util.Arrays.toString(shape), rows, tokens, vocabulary));
    }
    FloatBuffer all = tensor.getFloatBuffer();
    if (all == null) {
      throw new DecoderException("logits: " + tensor.getInfo() + " (expected: float)");
    }
    List<float[]> logits = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      int token = which == null ? (int) shape[1] - 1 : which[r];
      float[] row = new float[vocabulary];
      all.get((int) ((r * shape[1] + token) * shape[2]), row);
      logits.add(row);
    }
    return logits;
  }
}
