package dev.fairlead.onnx.encoder;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.fairlead.onnx.ModelFileException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The tensors of an encoder's file as its exporter named them: a matrix's weights by the node that
 * multiplies with them, the rest by names of its own. Not for files of another kind: the caller
 * knows the file.
 */
final class VendorWeights {

  private static final String QUANTIZED = "_quantized";
  private static final String SCALE = "_scale";

  private final ModelProto model;
  private final Map<String, TensorProto> tensors;
  private final Map<String, NodeProto> nodes;

  private VendorWeights(ModelProto model) {
    this.model = model;
    this.tensors =
        model.getGraph().getInitializerList().stream()
            .collect(Collectors.toMap(TensorProto::getName, Function.identity()));
    this.nodes =
        model.getGraph().getNodeList().stream()
            .collect(Collectors.toMap(NodeProto::getName, Function.identity()));
  }

  static VendorWeights parse(byte[] file) {
    try {
      return new VendorWeights(ModelProto.parseFrom(file));
    } catch (InvalidProtocolBufferException e) {
      throw new ModelFileException("not an ONNX graph (expected: an intact model)", e);
    }
  }

  ModelProto model() {
    return model;
  }

  TensorProto tensor(String name) {
    TensorProto tensor = tensors.get(name);
    if (tensor == null) {
      throw new ModelFileException(name + ": no such tensor (expected: one of the encoder's)");
    }
    return tensor;
  }

  /** The float table that a quantised one stands for, row by row. */
  float[] table(String name) {
    float scale = floats(tensor(name + SCALE))[0];
    int zero = tensor(name + "_zero_point").getInt32Data(0);
    byte[] codes = tensor(name + QUANTIZED).getRawData().toByteArray();
    float[] table = new float[codes.length];
    for (int i = 0; i < codes.length; i++) {
      table[i] = (Byte.toUnsignedInt(codes[i]) - zero) * scale;
    }
    return table;
  }

  /** The matrix that a layer multiplies with, and its bias. */
  Matrix matrix(String layer, String bias) {
    NodeProto product = nodes.get(layer + "/MatMul_quant");
    if (product == null) {
      throw new ModelFileException(layer + ": no such layer (expected: one of the encoder's)");
    }
    String codes = product.getInput(1);
    String name = codes.substring(0, codes.length() - QUANTIZED.length());
    TensorProto tensor = tensor(codes);
    return new Matrix(
        (int) tensor.getDims(0),
        (int) tensor.getDims(1),
        tensor.getRawData().toByteArray(),
        floats(tensor(name + SCALE)),
        floats(tensor(bias)));
  }

  float[] floats(String name) {
    return floats(tensor(name));
  }

  private static float[] floats(TensorProto tensor) {
    FloatBuffer raw =
        tensor
            .getRawData()
            .asReadOnlyByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    boolean unpacked = tensor.getFloatDataCount() > 0;
    float[] values = new float[unpacked ? tensor.getFloatDataCount() : raw.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = unpacked ? tensor.getFloatData(i) : raw.get(i);
    }
    return values;
  }

  /**
   * Signed eight-bit weights, a scale and a bias a column. Their zero is 0.
   *
   * @param codes {@code byte[rows * columns]}, row by row
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed on once, at start.
  record Matrix(int rows, int columns, byte[] codes, float[] scales, float[] bias) {

    /** The columns of several matrices side by side; each keeps its scale. */
    static Matrix beside(Matrix... parts) {
      int rows = parts[0].rows;
      int columns = 0;
      for (Matrix part : parts) {
        columns += part.columns;
      }
      Matrix all =
          new Matrix(
              rows, columns, new byte[rows * columns], new float[columns], new float[columns]);
      int at = 0;
      for (Matrix part : parts) {
        for (int row = 0; row < rows; row++) {
          System.arraycopy(
              part.codes, row * part.columns, all.codes, row * columns + at, part.columns);
        }
        System.arraycopy(part.scales, 0, all.scales, at, part.columns);
        System.arraycopy(part.bias, 0, all.bias, at, part.columns);
        at += part.columns;
      }
      return all;
    }
  }
}
