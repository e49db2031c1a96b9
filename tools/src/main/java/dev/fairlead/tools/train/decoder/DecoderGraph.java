package dev.fairlead.tools.train.decoder;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import dev.fairlead.tools.train.decoder.Layout.Part;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Writes a decoder as an ONNX graph (opset 17) with the names that Optimum gives: {@code
 * input_ids}, {@code attention_mask}, {@code position_ids}, {@code past_key_values.N.key} and
 * {@code .value}; {@code logits}, {@code present.N.key} and {@code .value}. Padding and causality
 * come from the mask and the number of earlier tokens.
 */
final class DecoderGraph {

  private static final int IR_VERSION = 8;
  private static final int OPSET = 17;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("decoder");
  private final Layout layout;
  private final DecoderShape shape;
  private final float[] values;
  private final int width;

  private DecoderGraph(Layout layout, float[] values) {
    this.layout = layout;
    this.shape = layout.shape;
    this.values = values;
    this.width = shape.width();
  }

  static byte[] write(Layout layout, float[] values) {
    DecoderGraph writer = new DecoderGraph(layout, values);
    writer.signature();
    writer.constants();
    writer.mask();
    writer.embed();
    for (int layer = 0; layer < layout.shape.layers(); layer++) {
      writer.layer(layer);
    }
    writer.head();
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("fairlead train decoder")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .setGraph(writer.graph)
        .build()
        .toByteArray();
  }

  private void signature() {
    for (String name : List.of("input_ids", "position_ids")) {
      graph.addInput(value(name, TensorProto.DataType.INT64, "batch", "tokens"));
    }
    graph.addInput(value("attention_mask", TensorProto.DataType.INT64, "batch", "all_tokens"));
    graph.addOutput(
        value("logits", TensorProto.DataType.FLOAT, "batch", "tokens", shape.vocabulary()));
    for (int layer = 0; layer < shape.layers(); layer++) {
      for (String kind : List.of("key", "value")) {
        graph.addInput(cache("past_key_values." + layer + "." + kind, "past_tokens"));
        graph.addOutput(cache("present." + layer + "." + kind, "all_tokens"));
      }
    }
  }

  private ValueInfoProto cache(String name, String tokens) {
    return value(
        name, TensorProto.DataType.FLOAT, "batch", shape.heads(), tokens, shape.headWidth());
  }

  private void constants() {
    integers("zero", 0);
    integers("one", 1);
    integers("axis_1", new long[] {1}, 1);
    integers("axes_mask", new long[] {2}, 1, 2);
    integers("split_heads", new long[] {4}, 0, 0, shape.heads(), shape.headWidth());
    integers("join_heads", new long[] {3}, 0, 0, width);
    floats("scale", new long[] {}, (float) (1 / Math.sqrt(shape.headWidth())));
    floats("visible", new long[] {}, 0);
    floats("hidden", new long[] {}, -1e9f);
    floats("half", new long[] {}, 0.5f);
    floats("unit", new long[] {}, 1);
    floats("cubic", new long[] {}, 0.044715f);
    floats("gelu", new long[] {}, (float) Math.sqrt(2 / Math.PI));
  }

  /** {@code bias}: 0 where a token may look, very negative elsewhere; batch x 1 x tokens x all. */
  private void mask() {
    node("Shape", "mask_shape", "attention_mask");
    node("Shape", "ids_shape", "input_ids");
    node("Gather", "all", "mask_shape", "one");
    node("Gather", "fresh", "ids_shape", "one");
    node("Sub", "past", "all", "fresh");
    node("Range", "columns", "zero", "all", "one");
    node("Range", "rows", "past", "all", "one");
    node("Unsqueeze", "rows_down", "rows", "axis_1");
    node("LessOrEqual", "causal", "columns", "rows_down");
    attribute(node("Cast", "kept", "attention_mask"), "to", TensorProto.DataType.BOOL.getNumber());
    node("Unsqueeze", "kept_wide", "kept", "axes_mask");
    node("And", "allowed", "kept_wide", "causal");
    node("Where", "bias", "allowed", "visible", "hidden");
  }

  private void embed() {
    matrix("tokens", layout.tokens, shape.vocabulary(), width);
    matrix("positions", layout.positions, shape.context(), width);
    node("Gather", "token_rows", "tokens", "input_ids");
    node("Gather", "position_rows", "positions", "position_ids");
    node("Add", "x0", "token_rows", "position_rows");
  }

  private void layer(int layer) {
    String p = "l" + layer + "_";
    String in = "x" + layer;
    norm(p + "norm1", in, layout.at(layer, Part.NORM_1));
    linear(p + "qkv", p + "norm1", layout.at(layer, Part.QKV), width, 3 * width);
    NodeProto.Builder split = NodeProto.newBuilder().setOpType("Split").setName(p + "split");
    split.addInput(p + "qkv").addOutput(p + "q0").addOutput(p + "k0").addOutput(p + "v0");
    attribute(split, "axis", 2);
    graph.addNode(split);
    for (String kind : List.of("q", "k", "v")) {
      node("Reshape", p + kind + "1", p + kind + "0", "split_heads");
      permuted(p + kind + "2", p + kind + "1", 0, 2, 1, 3);
    }
    concatenated("present." + layer + ".key", "past_key_values." + layer + ".key", p + "k2");
    concatenated("present." + layer + ".value", "past_key_values." + layer + ".value", p + "v2");
    permuted(p + "kt", "present." + layer + ".key", 0, 1, 3, 2);
    node("MatMul", p + "products", p + "q2", p + "kt");
    node("Mul", p + "scaled", p + "products", "scale");
    node("Add", p + "scores", p + "scaled", "bias");
    attributed("Softmax", p + "shares", "axis", -1, p + "scores");
    node("MatMul", p + "mixed", p + "shares", "present." + layer + ".value");
    permuted(p + "mixed1", p + "mixed", 0, 2, 1, 3);
    node("Reshape", p + "mixed2", p + "mixed1", "join_heads");
    linear(p + "projected", p + "mixed2", layout.at(layer, Part.PROJECTION), width, width);
    node("Add", p + "middle", in, p + "projected");
    norm(p + "norm2", p + "middle", layout.at(layer, Part.NORM_2));
    linear(p + "wide", p + "norm2", layout.at(layer, Part.EXPAND), width, shape.hidden());
    gelu(p, p + "wide", p + "active");
    linear(p + "narrow", p + "active", layout.at(layer, Part.CONTRACT), shape.hidden(), width);
    node("Add", "x" + (layer + 1), p + "middle", p + "narrow");
  }

  private void gelu(String p, String in, String out) {
    node("Mul", p + "square", in, in);
    node("Mul", p + "cube", p + "square", in);
    node("Mul", p + "cube1", p + "cube", "cubic");
    node("Add", p + "inner", in, p + "cube1");
    node("Mul", p + "inner1", p + "inner", "gelu");
    node("Tanh", p + "tanh", p + "inner1");
    node("Add", p + "gate", p + "tanh", "unit");
    node("Mul", p + "gated", in, p + "gate");
    node("Mul", out, p + "gated", "half");
  }

  private void head() {
    norm("final", "x" + shape.layers(), layout.finalNorm);
    permuted("unembed", "tokens", 1, 0);
    node("MatMul", "logits", "final", "unembed");
  }

  private void norm(String out, String in, int at) {
    floats(out + "_scale", new long[] {width}, slice(at, width));
    floats(out + "_bias", new long[] {width}, slice(at + width, width));
    NodeProto.Builder norm =
        NodeProto.newBuilder().setOpType("LayerNormalization").setName(out).addOutput(out);
    norm.addInput(in).addInput(out + "_scale").addInput(out + "_bias");
    attribute(norm, "axis", -1);
    norm.addAttribute(
        AttributeProto.newBuilder()
            .setName("epsilon")
            .setType(AttributeProto.AttributeType.FLOAT)
            .setF(DecoderShape.EPSILON));
    graph.addNode(norm);
  }

  private void linear(String out, String in, int at, int rows, int columns) {
    matrix(out + "_weight", at, rows, columns);
    floats(out + "_bias", new long[] {columns}, slice(at + rows * columns, columns));
    node("MatMul", out + "_product", in, out + "_weight");
    node("Add", out, out + "_product", out + "_bias");
  }

  private void concatenated(String out, String... in) {
    attributed("Concat", out, "axis", 2, in);
  }

  private void attributed(String operator, String out, String name, long number, String... in) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(operator).setName(out);
    node.addAllInput(List.of(in)).addOutput(out);
    attribute(node, name, number);
    graph.addNode(node);
  }

  private void permuted(String out, String in, long... order) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName("perm").setType(AttributeProto.AttributeType.INTS);
    for (long axis : order) {
      attribute.addInts(axis);
    }
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Transpose")
            .setName(out)
            .addInput(in)
            .addOutput(out)
            .addAttribute(attribute));
  }

  /** The node as it stands in the graph. */
  private NodeProto.Builder node(String operator, String output, String... inputs) {
    return graph
        .addNodeBuilder()
        .setOpType(operator)
        .setName(output)
        .addOutput(output)
        .addAllInput(List.of(inputs));
  }

  private static void attribute(NodeProto.Builder node, String name, long number) {
    node.addAttribute(
        AttributeProto.newBuilder()
            .setName(name)
            .setType(AttributeProto.AttributeType.INT)
            .setI(number));
  }

  private float[] slice(int at, int count) {
    return java.util.Arrays.copyOfRange(values, at, at + count);
  }

  private void matrix(String name, int at, int rows, int columns) {
    floats(name, new long[] {rows, columns}, slice(at, rows * columns));
  }

  private void floats(String name, long[] dims, float... content) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * content.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(content);
    graph.addInitializer(
        tensor(name, TensorProto.DataType.FLOAT, dims)
            .setRawData(ByteString.copyFrom(bytes.array())));
  }

  private void integers(String name, long scalar) {
    integers(name, new long[] {}, scalar);
  }

  private void integers(String name, long[] dims, long... content) {
    TensorProto.Builder tensor = tensor(name, TensorProto.DataType.INT64, dims);
    for (long number : content) {
      tensor.addInt64Data(number);
    }
    graph.addInitializer(tensor);
  }

  private static TensorProto.Builder tensor(String name, TensorProto.DataType type, long[] dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    return tensor;
  }

  /** A dimension is a number, or the name of a size that varies. */
  private static ValueInfoProto value(String name, TensorProto.DataType type, Object... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object dim : dims) {
      if (dim instanceof Integer fixed) {
        shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(fixed));
      } else {
        shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(dim.toString()));
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }
}
