package dev.fairlead.tools.train;

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
import dev.fairlead.onnx.complexity.ComplexityHead;
import java.util.Arrays;
import java.util.List;

/**
 * Writes scaling, model and calibration as one ONNX graph (opset 13) of standard operators; it
 * gives what the model's {@code predict} gives, calibrated.
 */
final class HeadGraph {

  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;
  private static final String INPUTS = "inputs";

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("complexity-head");
  private final int width;

  private HeadGraph(int dimensions, int features) {
    this.width = dimensions + features;
    graph.addInput(value(ComplexityHead.EMBEDDING, dimensions));
    graph.addInput(value(ComplexityHead.FEATURES, features));
    graph.addOutput(value(ComplexityHead.GAIN, 1));
  }

  static byte[] write(
      int dimensions, InputScaling scaling, HeadModel model, Calibration calibration) {
    HeadGraph writer = new HeadGraph(dimensions, scaling.mean().length);
    writer.scale(scaling);
    String raw = writer.model("head", model);
    writer.tensor("slope", new long[] {}, new float[] {(float) calibration.slope()});
    writer.tensor("offset", new long[] {}, new float[] {(float) calibration.offset()});
    writer.node("Mul", "steep", raw, "slope");
    writer.node("Add", "logit", "steep", "offset");
    writer.node("Sigmoid", ComplexityHead.GAIN, "logit");
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("fairlead train")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .setGraph(writer.graph)
        .build()
        .toByteArray();
  }

  private void scale(InputScaling scaling) {
    int features = scaling.mean().length;
    tensor("mean", new long[] {1, features}, scaling.mean());
    tensor("factor", new long[] {1, features}, scaling.factor());
    tensor("low", new long[] {}, new float[] {-InputScaling.CLIP});
    tensor("high", new long[] {}, new float[] {InputScaling.CLIP});
    tensor("shrink", new long[] {}, new float[] {InputScaling.SHRINK});
    node("Sub", "centred", ComplexityHead.FEATURES, "mean");
    node("Mul", "standard", "centred", "factor");
    node("Clip", "clipped", "standard", "low", "high");
    node("Mul", "scaled", "clipped", "shrink");
    NodeProto.Builder concat =
        NodeProto.newBuilder().setOpType("Concat").setName(INPUTS).addOutput(INPUTS);
    concat.addInput(ComplexityHead.EMBEDDING).addInput("scaled");
    concat.addAttribute(number("axis", 1));
    graph.addNode(concat);
  }

  /** Adds a model; answers the name of its output, one number. */
  private String model(String name, HeadModel model) {
    switch (model) {
      case LinearModel linear -> linear(name, INPUTS, List.of(linear));
      case NetworkModel network -> network(name, network);
      case PrototypeModel prototypes -> prototypes(name, prototypes);
      case MixtureModel mixture -> mixture(name, mixture);
    }
    return name;
  }

  private void network(String name, NetworkModel network) {
    int units = network.output().length;
    tensor(name + "_hidden_weights", new long[] {width, units}, transposed(network.hidden()));
    tensor(name + "_hidden_bias", new long[] {units}, network.hiddenBias());
    node("Gemm", name + "_hidden", INPUTS, name + "_hidden_weights", name + "_hidden_bias");
    node("Relu", name + "_activation", name + "_hidden");
    linear(name, name + "_activation", List.of(new LinearModel(network.output(), network.bias())));
  }

  /** Several linear models at once: one column of the output each. */
  private void linear(String name, String input, List<LinearModel> models) {
    float[][] weights = models.stream().map(LinearModel::weights).toArray(float[][]::new);
    float[] biases = new float[models.size()];
    for (int i = 0; i < biases.length; i++) {
      biases[i] = models.get(i).bias();
    }
    tensor(name + "_weights", new long[] {weights[0].length, biases.length}, transposed(weights));
    tensor(name + "_bias", new long[] {biases.length}, biases);
    node("Gemm", name, input, name + "_weights", name + "_bias");
  }

  /**
   * The runtime folds the cast of the eight-bit prototypes when it loads the graph, so that a run
   * is one product of float32.
   */
  private void prototypes(String name, PrototypeModel model) {
    int count = model.values().length;
    byte[] columns = new byte[width * count];
    for (int prototype = 0; prototype < count; prototype++) {
      for (int i = 0; i < width; i++) {
        columns[i * count + prototype] = model.prototypes()[prototype][i];
      }
    }
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name + "_small")
            .setDataType(TensorProto.DataType.INT8.getNumber())
            .addDims(width)
            .addDims(count)
            .setRawData(ByteString.copyFrom(columns)));
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Cast")
            .setName(name + "_prototypes")
            .addInput(name + "_small")
            .addOutput(name + "_prototypes")
            .addAttribute(number("to", TensorProto.DataType.FLOAT.getNumber())));
    tensor(name + "_scales", new long[] {1, count}, model.scales());
    tensor(name + "_offsets", new long[] {1, count}, model.offsets());
    tensor(name + "_values", new long[] {count, 1}, model.values());
    node("MatMul", name + "_products", INPUTS, name + "_prototypes");
    node("Mul", name + "_scaled", name + "_products", name + "_scales");
    node("Add", name + "_near", name + "_scaled", name + "_offsets");
    node("Softmax", name + "_share", name + "_near");
    node("MatMul", name, name + "_share", name + "_values");
  }

  private void mixture(String name, MixtureModel model) {
    int experts = model.experts().size();
    linear(name + "_gate", INPUTS, List.of(model.gate().kinds()));
    node("Softmax", name + "_kinds", name + "_gate");
    linear(name + "_linear", INPUTS, List.of(model.linear()));
    prototypes(name + "_prototype", model.prototypes());
    tensor(name + "_half", new long[] {}, new float[] {0.5f});
    node("Add", name + "_both", name + "_linear", name + "_prototype");
    node("Mul", name + "_general", name + "_both", name + "_half");
    linear(name + "_expert", INPUTS, model.experts());
    node("Sub", name + "_difference", name + "_expert", name + "_general");
    float[] choose = new float[(experts + 1) * experts];
    for (int i = 0; i < experts; i++) {
      choose[i * experts + i] = MixtureModel.EXPERT_SHARE;
    }
    float[] ones = new float[experts];
    Arrays.fill(ones, 1);
    tensor(name + "_choose", new long[] {experts + 1, experts}, choose);
    tensor(name + "_ones", new long[] {experts, 1}, ones);
    node("MatMul", name + "_chosen", name + "_kinds", name + "_choose");
    node("Mul", name + "_corrections", name + "_chosen", name + "_difference");
    node("MatMul", name + "_correction", name + "_corrections", name + "_ones");
    node("Add", name, name + "_general", name + "_correction");
  }

  private static float[] transposed(float[][] rows) {
    float[] columns = new float[rows.length * rows[0].length];
    for (int row = 0; row < rows.length; row++) {
      for (int i = 0; i < rows[row].length; i++) {
        columns[i * rows.length + row] = rows[row][i];
      }
    }
    return columns;
  }

  private static AttributeProto number(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private void node(String operator, String output, String... inputs) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(output)
            .addOutput(output)
            .addAllInput(List.of(inputs)));
  }

  private void tensor(String name, long[] shape, float[] values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT.getNumber());
    for (long size : shape) {
      tensor.addDims(size);
    }
    for (float value : values) {
      tensor.addFloatData(value);
    }
    graph.addInitializer(tensor);
  }

  private static ValueInfoProto value(String name, int columns) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(1));
    shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(columns));
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder()
            .setElemType(TensorProto.DataType.FLOAT.getNumber())
            .setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
