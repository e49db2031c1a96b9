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
import dev.fairlead.onnx.complexity.ComplexityHead;
import java.util.List;

/**
 * Writes scaling, model and calibration as one ONNX graph (opset 13): Sub, Mul, Clip, Mul, Concat,
 * one Gemm or two with Relu between, Sigmoid. The calibration is folded into the last Gemm.
 */
final class HeadGraph {

  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;

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
    switch (model) {
      case LinearModel linear ->
          writer.linear("inputs", linear.weights(), linear.bias(), calibration);
      case NetworkModel network -> writer.network(network, calibration);
    }
    writer.node("Sigmoid", ComplexityHead.GAIN, "raw");
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
        NodeProto.newBuilder().setOpType("Concat").setName("inputs").addOutput("inputs");
    concat.addInput(ComplexityHead.EMBEDDING).addInput("scaled");
    concat.addAttribute(
        AttributeProto.newBuilder()
            .setName("axis")
            .setType(AttributeProto.AttributeType.INT)
            .setI(1));
    graph.addNode(concat);
  }

  private void network(NetworkModel network, Calibration calibration) {
    int units = network.output().length;
    float[] weights = new float[width * units];
    for (int unit = 0; unit < units; unit++) {
      for (int i = 0; i < width; i++) {
        weights[i * units + unit] = network.hidden()[unit][i];
      }
    }
    tensor("hidden_weights", new long[] {width, units}, weights);
    tensor("hidden_bias", new long[] {units}, network.hiddenBias());
    node("Gemm", "hidden", "inputs", "hidden_weights", "hidden_bias");
    node("Relu", "activation", "hidden");
    linear("activation", network.output(), network.bias(), calibration);
  }

  private void linear(String input, float[] weights, float bias, Calibration calibration) {
    float[] scaled = new float[weights.length];
    for (int i = 0; i < weights.length; i++) {
      scaled[i] = (float) (weights[i] * calibration.slope());
    }
    tensor("output_weights", new long[] {weights.length, 1}, scaled);
    tensor(
        "output_bias",
        new long[] {1},
        new float[] {(float) (bias * calibration.slope() + calibration.offset())});
    node("Gemm", "raw", input, "output_weights", "output_bias");
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
