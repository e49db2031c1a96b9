package dev.fairlead.onnx.encoder;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.fairlead.onnx.encoder.VendorWeights.Matrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The shipped encoder's graph, written anew for one text without padding: the same weights, and
 * where its exporter has 772 nodes, 54. Query, key and value come from one matrix and go through
 * attention in one kernel ({@code QAttention}), a sum and its norm are one kernel, the token types
 * are a constant, and the mask is gone, which hides nothing in a text that stands alone. The output
 * is the same to the bit; {@code RATIONALE.md} says where that was measured.
 */
final class EncoderGraph {

  /** Part of the fingerprint of whatever is encoded with it; to be changed with the graph. */
  static final String VERSION = "fused1";

  static final String INPUT = "input_ids";

  /** The one file whose layout is known here, which a hash tells better than a search would. */
  private static final String KNOWN_SHA256 =
      "afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1";

  private static final int IR_VERSION = 8;
  private static final int OPSET = 17;
  private static final String MICROSOFT = "com.microsoft";
  private static final int LAYERS = 6;
  private static final int HEADS = 12;
  private static final int WIDTH = 384;
  private static final int POSITIONS = 512;
  private static final float EPSILON = 1e-12f;
  private static final String EMBEDDINGS = "embeddings.";
  private static final String WORDS = EMBEDDINGS + "word_embeddings.weight";

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("encoder");
  private final VendorWeights weights;
  private final String output;

  private EncoderGraph(VendorWeights weights) {
    this.weights = weights;
    this.output = weights.model().getGraph().getOutput(0).getName();
  }

  /** Whether this is the file that {@link #rewrite} can be given. */
  static boolean knows(String sha256) {
    return sha256.equals(KNOWN_SHA256);
  }

  /** The graph as a file. Takes some 0.1 s and four times the file's memory for that while. */
  static byte[] rewrite(byte[] file) {
    EncoderGraph writer = new EncoderGraph(VendorWeights.parse(file));
    writer.signature();
    writer.embed();
    for (int layer = 0; layer < LAYERS; layer++) {
      writer.layer(layer);
    }
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("fairlead")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1))
        .setGraph(writer.graph)
        .build()
        .toByteArray();
  }

  private void signature() {
    GraphProto vendor = weights.model().getGraph();
    vendor.getInputList().stream()
        .filter(input -> input.getName().equals(INPUT))
        .forEach(graph::addInput);
    graph.addOutput(vendor.getOutput(0));
  }

  /** Words and type are summed before the positions, as the vendor's graph does. */
  private void embed() {
    for (String part : List.of("_quantized", "_scale", "_zero_point")) {
      graph.addInitializer(weights.tensor(WORDS + part));
    }
    float[] types = weights.table(EMBEDDINGS + "token_type_embeddings.weight");
    floats("type", types, WIDTH);
    float[] positions = weights.table(EMBEDDINGS + "position_embeddings.weight");
    floats("positions", positions, POSITIONS, WIDTH);
    graph.addInitializer(
        tensor("from", TensorProto.DataType.INT64, 1).addInt64Data(0));
    node("Gather", "word_codes", WORDS + "_quantized", INPUT);
    node("DequantizeLinear", "words", "word_codes", WORDS + "_scale", WORDS + "_zero_point");
    node("Add", "typed_words", "words", "type");
    attribute(attribute(node("Shape", "tokens", INPUT), "start", 1), "end", 2);
    node("Slice", "places", "positions", "from", "tokens", "from");
    norm("x0", "typed_words", "places", EMBEDDINGS + "LayerNorm");
  }

  private void layer(int layer) {
    String in = "x" + layer;
    String p = "l" + layer + "_";
    String vendor = "encoder.layer." + layer + ".";
    attention(p, in, layer);
    linear(p + "projected", p + "mixed", layer, "attention.output.dense");
    norm(p + "middle", p + "projected", in, vendor + "attention.output.LayerNorm");
    linear(p + "wide", p + "middle", layer, "intermediate.dense");
    fused("Gelu", p + "active", p + "wide");
    linear(p + "narrow", p + "active", layer, "output.dense");
    String out = layer == LAYERS - 1 ? output : "x" + (layer + 1);
    norm(out, p + "narrow", p + "middle", vendor + "output.LayerNorm");
  }

  private void attention(String p, String in, int layer) {
    String self = "attention.self.";
    matrix(
        p + "qkv",
        Matrix.beside(
            vendor(layer, self + "query"),
            vendor(layer, self + "key"),
            vendor(layer, self + "value")));
    node("DynamicQuantizeLinear", p + "codes", in)
        .addOutput(p + "codes_scale")
        .addOutput(p + "codes_zero");
    NodeProto.Builder attention =
        fused(
            "QAttention",
            p + "mixed",
            p + "codes",
            p + "qkv",
            p + "qkv_bias",
            p + "codes_scale",
            p + "qkv_scale",
            "",
            p + "codes_zero");
    attribute(attribute(attention, "num_heads", HEADS), "unidirectional", 0);
  }

  private void linear(String out, String in, int layer, String name) {
    matrix(out + "_weight", vendor(layer, name));
    fused(
        "DynamicQuantizeMatMul",
        out,
        in,
        out + "_weight",
        out + "_weight_scale",
        "",
        out + "_weight_bias");
  }

  private Matrix vendor(int layer, String name) {
    String path = "encoder.layer." + layer + "." + name;
    String node = "/encoder/layer." + layer + "/" + name.replace('.', '/');
    return weights.matrix(node, path + ".bias");
  }

  /** The sum of two, normalised. */
  private void norm(String out, String one, String other, String name) {
    floats(out + "_scale", weights.floats(name + ".weight"), WIDTH);
    floats(out + "_bias", weights.floats(name + ".bias"), WIDTH);
    fused("SkipLayerNormalization", out, one, other, out + "_scale", out + "_bias")
        .addAttribute(
            AttributeProto.newBuilder()
                .setName("epsilon")
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF(EPSILON));
  }

  private void matrix(String name, Matrix matrix) {
    graph.addInitializer(
        tensor(name, TensorProto.DataType.INT8, matrix.rows(), matrix.columns())
            .setRawData(ByteString.copyFrom(matrix.codes())));
    floats(name + "_scale", matrix.scales(), matrix.columns());
    floats(name + "_bias", matrix.bias(), matrix.columns());
  }

  private NodeProto.Builder fused(String operator, String out, String... in) {
    return node(operator, out, in).setDomain(MICROSOFT);
  }

  /** The node as it stands in the graph. */
  private NodeProto.Builder node(String operator, String out, String... in) {
    return graph
        .addNodeBuilder()
        .setOpType(operator)
        .setName(out)
        .addOutput(out)
        .addAllInput(List.of(in));
  }

  private static NodeProto.Builder attribute(NodeProto.Builder node, String name, long number) {
    return node.addAttribute(
        AttributeProto.newBuilder()
            .setName(name)
            .setType(AttributeProto.AttributeType.INT)
            .setI(number));
  }

  /** As many of the values as the dimensions want. */
  private void floats(String name, float[] values, long... dims) {
    int count = 1;
    for (long dim : dims) {
      count *= (int) dim;
    }
    ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values, 0, count);
    graph.addInitializer(
        tensor(name, TensorProto.DataType.FLOAT, dims)
            .setRawData(ByteString.copyFrom(bytes.array())));
  }

  private static TensorProto.Builder tensor(String name, TensorProto.DataType type, long... dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    return tensor;
  }
}
