package dev.fairlead.tools.train.decoder;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.fairlead.tools.train.decoder.Layout.Part;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An exported decoder taken apart: its weights, and what other exporters would have made of it. */
record ExportedGraph(ModelProto model) {

  static ExportedGraph of(byte[] bytes) {
    try {
      return new ExportedGraph(ModelProto.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** The weights as the trainer lays them out. */
  float[] values(Layout layout) {
    Map<String, TensorProto> tensors = new HashMap<>();
    model.getGraph().getInitializerList().forEach(tensor -> tensors.put(tensor.getName(), tensor));
    float[] values = new float[layout.size];
    copy(tensors, "tokens", values, layout.tokens);
    copy(tensors, "positions", values, layout.positions);
    int width = layout.shape.width();
    for (int layer = 0; layer < layout.shape.layers(); layer++) {
      String p = "l" + layer + "_";
      copy(tensors, p + "norm1_scale", values, layout.at(layer, Part.NORM_1));
      copy(tensors, p + "norm1_bias", values, layout.at(layer, Part.NORM_1) + width);
      copy(tensors, p + "qkv_weight", values, layout.at(layer, Part.QKV));
      copy(tensors, p + "qkv_bias", values, layout.at(layer, Part.QKV_BIAS));
      copy(tensors, p + "projected_weight", values, layout.at(layer, Part.PROJECTION));
      copy(tensors, p + "projected_bias", values, layout.at(layer, Part.PROJECTION_BIAS));
      copy(tensors, p + "norm2_scale", values, layout.at(layer, Part.NORM_2));
      copy(tensors, p + "norm2_bias", values, layout.at(layer, Part.NORM_2) + width);
      copy(tensors, p + "wide_weight", values, layout.at(layer, Part.EXPAND));
      copy(tensors, p + "wide_bias", values, layout.at(layer, Part.EXPAND_BIAS));
      copy(tensors, p + "narrow_weight", values, layout.at(layer, Part.CONTRACT));
      copy(tensors, p + "narrow_bias", values, layout.at(layer, Part.CONTRACT_BIAS));
    }
    copy(tensors, "final_scale", values, layout.finalNorm);
    copy(tensors, "final_bias", values, layout.finalNorm + width);
    return values;
  }

  private static void copy(Map<String, TensorProto> tensors, String name, float[] values, int at) {
    var floats =
        java.util.Objects.requireNonNull(tensors.get(name), name)
            .getRawData()
            .asReadOnlyByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    floats.get(values, at, floats.remaining());
  }

  /** As an export without past key values: whole sequences in, logits out. */
  byte[] withoutPast() {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    keepInputs(graph, List.of("input_ids", "attention_mask", "position_ids"));
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      if (node.getOpType().equals("Concat") && node.getInput(0).startsWith("past_key_values.")) {
        String fresh = node.getInput(1);
        node.clearInput().clearAttribute().setOpType("Identity").addInput(fresh);
      }
    }
    graph.clearOutput().addOutput(model.getGraph().getOutput(0));
    return model.toBuilder().setGraph(graph).build().toByteArray();
  }

  /** As an export that counts positions itself. */
  byte[] withoutPositions() {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    keepInputs(
        graph,
        model.getGraph().getInputList().stream()
            .map(input -> input.getName())
            .filter(name -> !name.equals("position_ids"))
            .toList());
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        if (node.getInput(i).equals("position_ids")) {
          node.setInput(i, "rows_across");
        }
      }
    }
    for (int i = 0; i < graph.getNodeCount(); i++) {
      if (graph.getNode(i).getOutput(0).equals("rows")) {
        graph.addNode(
            i + 1,
            NodeProto.newBuilder()
                .setOpType("Unsqueeze")
                .addInput("rows")
                .addInput("axis_0")
                .addOutput("rows_across"));
      }
    }
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName("axis_0")
            .setDataType(TensorProto.DataType.INT64.getNumber())
            .addDims(1)
            .addInt64Data(0));
    return model.toBuilder().setGraph(graph).build().toByteArray();
  }

  /** With an output that no decoder has. */
  byte[] withoutLogits() {
    GraphProto.Builder graph = model.getGraph().toBuilder();
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Cast")
            .addInput("logits")
            .addOutput("scores")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("to")
                    .setType(AttributeProto.AttributeType.INT)
                    .setI(TensorProto.DataType.FLOAT.getNumber())));
    graph.setOutput(0, graph.getOutput(0).toBuilder().setName("scores"));
    return model.toBuilder().setGraph(graph).build().toByteArray();
  }

  private static void keepInputs(GraphProto.Builder graph, List<String> names) {
    var kept =
        graph.getInputList().stream().filter(input -> names.contains(input.getName())).toList();
    graph.clearInput().addAllInput(kept);
  }
}
