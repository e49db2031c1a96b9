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
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  private static final Logger logger = LoggerFactory.getLogger(SentenceEncoder.class);
  private static final String MODEL_RESOURCE = "/all-minilm-l6-v2-q.onnx";
  private static final String TOKENIZER_RESOURCE = "/all-minilm-l6-v2-q-tokenizer.json";
  private static final String OUTPUT = "last_hidden_state";

  private final WordPieceTokenizer tokenizer;
  private final OrtSession session;
  private final int dimensions;
  private final String graph;
  private final ConcurrentLinkedDeque<EncoderWorkspace> idle = new ConcurrentLinkedDeque<>();

  private SentenceEncoder(
      WordPieceTokenizer tokenizer, OrtSession session, int dimensions, String graph) {
    this.tokenizer = tokenizer;
    this.session = session;
    this.dimensions = dimensions;
    this.graph = graph;
  }

  /** Opens the shipped encoder. Blocks for some 0.5 s. */
  public static SentenceEncoder shipped() {
    return open(ModelFile.resource(MODEL_RESOURCE), ModelFile.resource(TOKENIZER_RESOURCE));
  }

  /**
   * Opens an encoder with the inputs and the output of a BERT exported by Optimum. The shipped one's
   * graph is written anew, for the same vectors in less time; another one runs as it is.
   *
   * @throws ModelFileException when a file is damaged or of another kind
   */
  public static SentenceEncoder open(ModelFile model, ModelFile tokenizerJson) {
    String hash = model.sha256();
    if (EncoderGraph.knows(hash)) {
      ModelFile rewritten = new ModelFile(model.name(), EncoderGraph.rewrite(model.content()));
      String graph = short12(hash) + "/" + EncoderGraph.VERSION;
      return open(rewritten, tokenizerJson, Set.of(EncoderGraph.INPUT), graph);
    }
    logger.info("{}: a graph of its own, which runs as it is", model.name());
    return openAsIs(model, tokenizerJson);
  }

  /** Opens an encoder whatever its graph is, without rewriting it. */
  static SentenceEncoder openAsIs(ModelFile model, ModelFile tokenizerJson) {
    return open(model, tokenizerJson, EncoderWorkspace.INPUTS, short12(model.sha256()));
  }

  private static SentenceEncoder open(
      ModelFile model, ModelFile tokenizerJson, Set<String> inputs, String graph) {
    WordPieceTokenizer tokenizer = WordPieceTokenizer.parse(tokenizerJson.content());
    OrtSession session = OrtRuntime.open(model.name(), model.content());
    try {
      return new SentenceEncoder(
          tokenizer, session, dimensions(model.name(), session, inputs), graph);
    } catch (OrtException | ModelFileException e) {
      closeQuietly(session);
      throw e instanceof ModelFileException known
          ? known
          : new ModelFileException(model.name() + ": its signature cannot be read", e);
    }
  }

  private static String short12(String hash) {
    return hash.substring(0, 12);
  }

  private static int dimensions(String name, OrtSession session, Set<String> inputs)
      throws OrtException {
    NodeInfo output = session.getOutputInfo().get(OUTPUT);
    boolean inputsFit = session.getInputNames().equals(inputs);
    if (!inputsFit || output == null || !(output.getInfo() instanceof TensorInfo tensor)) {
      throw new ModelFileException(
          name
              + ": inputs "
              + session.getInputNames()
              + ", outputs "
              + session.getOutputNames()
              + " (expected: inputs "
              + inputs
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
   * Identifies the vectors that {@code encode(text, maxTokens)} gives: model, form of its graph,
   * runtime, options, token limit. Vectors with different fingerprints must not be compared.
   */
  public String fingerprint(int maxTokens) {
    return "minilm-"
        + graph
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
