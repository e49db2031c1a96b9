package dev.fairlead.tools.train.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.OrtRuntime;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What ONNX Runtime makes of an exported decoder, held against the network that was trained. */
class DecoderGraphTest {

  private static final String SHIPPED = "/dev/fairlead/onnx/decoder/tiny/model.onnx";
  private static final DecoderShape SHIPPED_SHAPE = new DecoderShape(768, 256, 3, 4, 128);

  @Test
  void logits_areThoseOfTheNetwork_ofTheShippedDecoder() throws OrtException {
    byte[] graph = ModelFile.resource(SHIPPED).content();
    Layout layout = new Layout(SHIPPED_SHAPE);
    float[] values = ExportedGraph.of(graph).values(layout);

    assertThat(DecoderGraph.write(layout, values)).as("the same file again").isEqualTo(graph);
    assertSameLogits(layout, values, graph, 200);
  }

  @Test
  void logits_areThoseOfTheNetwork_forAnyWeights() throws OrtException {
    Layout layout = new Layout(new DecoderShape(300, 32, 2, 3, 24));
    float[] values = layout.initial(new Random(1));
    Random random = new Random(2);
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (0.2 * random.nextGaussian());
    }
    assertSameLogits(layout, values, DecoderGraph.write(layout, values), 32);
  }

  /** In one run, and in parts by the cache. */
  private static void assertSameLogits(Layout layout, float[] values, byte[] graph, int count)
      throws OrtException {
    int vocabulary = layout.shape.vocabulary();
    int[] ids = new Random(9).ints(count, 0, vocabulary).toArray();
    float[] expected = new DecoderNetwork(layout).forward(values, ids, count);
    for (List<Integer> parts :
        List.of(List.of(count), List.of(1, count - 1), List.of(count - 8, 7, 1))) {
      float[] actual = run(layout.shape, graph, ids, parts);
      double largest = 0;
      for (int i = 0; i < count * vocabulary; i++) {
        assertThat(actual[i]).isCloseTo(expected[i], within(2e-3f));
        largest = Math.max(largest, Math.abs(expected[i]));
      }
      assertThat(largest).as("logits that say something").isGreaterThan(1);
    }
  }

  private static float[] run(DecoderShape shape, byte[] graph, int[] ids, List<Integer> parts)
      throws OrtException {
    float[] logits = new float[ids.length * shape.vocabulary()];
    try (OrtSession session = OrtRuntime.open("test", graph)) {
      List<OrtSession.Result> results = new ArrayList<>();
      int past = 0;
      for (int part : parts) {
        Map<String, OnnxTensor> inputs = inputs(shape, ids, past, part);
        if (!results.isEmpty()) {
          OrtSession.Result before = results.getLast();
          for (String name : session.getInputNames()) {
            if (name.startsWith("past_key_values.")) {
              String present = name.replace("past_key_values.", "present.");
              inputs.put(name, (OnnxTensor) before.get(present).orElseThrow());
            }
          }
        }
        OrtSession.Result result = session.run(inputs);
        FloatBuffer some = ((OnnxTensor) result.get("logits").orElseThrow()).getFloatBuffer();
        some.get(logits, past * shape.vocabulary(), part * shape.vocabulary());
        results.add(result);
        past += part;
      }
      results.forEach(OrtSession.Result::close);
    }
    return logits;
  }

  private static Map<String, OnnxTensor> inputs(DecoderShape shape, int[] ids, int past, int part)
      throws OrtException {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    long[] mask = new long[past + part];
    Arrays.fill(mask, 1);
    put(inputs, "input_ids", IntStream.range(0, part).mapToLong(i -> ids[past + i]).toArray());
    put(inputs, "position_ids", IntStream.range(past, past + part).asLongStream().toArray());
    put(inputs, "attention_mask", mask);
    for (int layer = 0; layer < shape.layers(); layer++) {
      for (String kind : List.of("key", "value")) {
        long[] empty = {1, shape.heads(), 0, shape.headWidth()};
        inputs.put(
            "past_key_values." + layer + "." + kind,
            OnnxTensor.createTensor(OrtRuntime.environment(), FloatBuffer.allocate(0), empty));
      }
    }
    return inputs;
  }

  private static void put(Map<String, OnnxTensor> inputs, String name, long[] content)
      throws OrtException {
    inputs.put(
        name,
        OnnxTensor.createTensor(
            OrtRuntime.environment(), LongBuffer.wrap(content), new long[] {1, content.length}));
  }
}
