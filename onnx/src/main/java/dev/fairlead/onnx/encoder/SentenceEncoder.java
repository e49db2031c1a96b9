package dev.fairlead.onnx.encoder;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.onnx.OrtRuntime;
import dev.fairlead.onnx.tokenizer.TokenizedText;
import dev.fairlead.onnx.tokenizer.WordPieceTokenizer;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Encodes texts with a BERT-like sentence encoder, one at a time: the int8 model scales its
 * activations per tensor, so a text in a padded batch gets another vector than alone (cosine down
 * to 0.972 was measured). Identical text and limit always give the identical vector.
 *
 * <p>Thread-safe; a call computes on its own thread for some milliseconds (never on an event loop)
 * and does not wait for others. Close it only when no call is under way.
 */
public final class SentenceEncoder implements AutoCloseable {

  /** Name of the shipped encoder. */
  public static final String MODEL_NAME = "all-MiniLM-L6-v2";

  /** Most tokens of a text, with the two special ones: what the model was trained with. */
  public static final int MAX_TOKENS = 256;

  private static final String MODEL_RESOURCE = "/all-minilm-l6-v2-q.onnx";
  private static final String TOKENIZER_RESOURCE = "/all-minilm-l6-v2-q-tokenizer.json";
  private static final String OUTPUT = "last_hidden_state";

  private final WordPieceTokenizer tokenizer;
  private final OrtSession session;
  private final int dimensions;
  private final String modelHash;
  private final ConcurrentLinkedDeque<EncoderWorkspace> idle = new ConcurrentLinkedDeque<>();

  private SentenceEncoder(
      WordPieceTokenizer tokenizer, OrtSession session, int dimensions, String modelHash) {
    this.tokenizer = tokenizer;
    this.session = session;
    this.dimensions = dimensions;
    this.modelHash = modelHash;
  }

  /** Opens the shipped encoder. Blocks for some 0.5 s. */
  public static SentenceEncoder shipped() {
    return open(ModelFile.resource(MODEL_RESOURCE), ModelFile.resource(TOKENIZER_RESOURCE));
  }

  /**
   * Opens an encoder with the inputs and the output of a BERT exported by Optimum.
   *
   * @throws ModelFileException when a file is damaged or of another kind
   */
  public static SentenceEncoder open(ModelFile model, ModelFile tokenizerJson) {
    WordPieceTokenizer tokenizer = WordPieceTokenizer.parse(tokenizerJson.content());
    OrtSession session = OrtRuntime.open(model.name(), model.content());
    try {
      return new SentenceEncoder(
          tokenizer, session, dimensions(model.name(), session), model.sha256());
    } catch (OrtException | ModelFileException e) {
      closeQuietly(session);
      throw e instanceof ModelFileException known
          ? known
          : new ModelFileException(model.name() + ": its signature cannot be read", e);
    }
  }

  private static int dimensions(String name, OrtSession session) throws OrtException {
    NodeInfo output = session.getOutputInfo().get(OUTPUT);
    boolean inputsFit = session.getInputNames().equals(EncoderWorkspace.INPUTS);
    if (!inputsFit || output == null || !(output.getInfo() instanceof TensorInfo tensor)) {
      throw new ModelFileException(
          name
              + ": inputs "
              + session.getInputNames()
              + ", outputs "
              + session.getOutputNames()
              + " (expected: inputs "
              + EncoderWorkspace.INPUTS
              + ", output "
              + OUTPUT
              + ")");
    }
    long[] shape = tensor.getShape();
    if (shape.length != 3 || shape[2] <= 0) {
      throw new ModelFileException(
          name + ": " + OUTPUT + " has no fixed width (expected: batch x tokens x width)");
    }
    return (int) shape[2];
  }

  /** Length of an embedding. */
  public int dimensions() {
    return dimensions;
  }

  /**
   * Identifies the vectors that {@code encode(text, maxTokens)} gives: model, runtime, options,
   * token limit. Vectors with different fingerprints must not be compared.
   */
  public String fingerprint(int maxTokens) {
    return "minilm-"
        + modelHash.substring(0, 12)
        + "/ort-"
        + OrtRuntime.version()
        + "/"
        + OrtRuntime.OPTIONS
        + "/t"
        + maxTokens;
  }

  /**
   * Encodes a text; any text is allowed, also an empty one.
   *
   * @param maxTokens tokens to encode at most, with the two special ones, 3 to {@link #MAX_TOKENS}
   */
  public Embedding encode(String text, int maxTokens) {
    if (maxTokens < 3 || maxTokens > MAX_TOKENS) {
      throw new IllegalArgumentException(
          "maxTokens: " + maxTokens + " (expected: 3.." + MAX_TOKENS + ")");
    }
    TokenizedText tokens = tokenizer.tokenize(text, maxTokens);
    EncoderWorkspace workspace = idle.pollFirst();
    if (workspace == null) {
      workspace = new EncoderWorkspace(MAX_TOKENS, dimensions);
    }
    try {
      float[] values = workspace.run(session, OUTPUT, tokens.ids());
      return new Embedding(values, tokens.tokenCount(), tokens.truncated());
    } catch (OrtException e) {
      throw new IllegalStateException(
          "the encoder failed on " + tokens.tokenCount() + " tokens", e);
    } finally {
      idle.addFirst(workspace);
    }
  }

  @Override
  public void close() {
    closeQuietly(session);
  }

  private static void closeQuietly(OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime could not close a session", e);
    }
  }
}
