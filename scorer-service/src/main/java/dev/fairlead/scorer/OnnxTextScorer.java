package dev.fairlead.scorer;

import dev.fairlead.onnx.ModelFile;
import dev.fairlead.onnx.OrtRuntime;
import dev.fairlead.onnx.complexity.ComplexityHead;
import dev.fairlead.onnx.complexity.PromptAnalysis;
import dev.fairlead.onnx.complexity.PromptAnalyzer;
import dev.fairlead.onnx.encoder.Embedding;
import dev.fairlead.onnx.encoder.SentenceEncoder;
import dev.fairlead.v1.GetModelInfoResponse;
import java.nio.file.Path;

/** The encoder and the complexity head of the onnx module. */
final class OnnxTextScorer implements TextScorer {

  private final SentenceEncoder encoder;
  private final ComplexityHead head;
  private final PromptAnalyzer analyzer;
  private final GetModelInfoResponse info;
  private final String embedFingerprint;

  private OnnxTextScorer(SentenceEncoder encoder, ComplexityHead head) {
    this.encoder = encoder;
    this.head = head;
    this.analyzer = new PromptAnalyzer(encoder, head);
    this.info = describe(encoder, head, analyzer.maxTokens());
    this.embedFingerprint = encoder.fingerprint(SentenceEncoder.MAX_TOKENS);
  }

  private static GetModelInfoResponse describe(
      SentenceEncoder encoder, ComplexityHead head, int maxTokens) {
    return GetModelInfoResponse.newBuilder()
        .setEncoder(SentenceEncoder.MODEL_NAME)
        .setDimensions(encoder.dimensions())
        .setAnalyzeMaxTokens(maxTokens)
        .setEmbedMaxTokens(SentenceEncoder.MAX_TOKENS)
        .setModelFingerprint(encoder.fingerprint(maxTokens))
        .setHeadVersion(head.manifest().version())
        .setRuntimeVersion(OrtRuntime.version())
        .build();
  }

  /**
   * Loads the models. Blocks for some 0.5 s.
   *
   * @throws dev.fairlead.onnx.ModelFileException when a file is missing or damaged
   */
  static OnnxTextScorer open(ScorerConfig config) {
    ComplexityHead head = openHead(config.headPath());
    try {
      return new OnnxTextScorer(openEncoder(config.encoderPath()), head);
    } catch (RuntimeException e) {
      head.close();
      throw e;
    }
  }

  private static ComplexityHead openHead(String path) {
    if (path.isEmpty()) {
      return ComplexityHead.shipped();
    }
    Path folder = Path.of(path);
    return ComplexityHead.open(
        ModelFile.at(folder.resolve("complexity-head.onnx")),
        ModelFile.at(folder.resolve("complexity-head.json")));
  }

  private static SentenceEncoder openEncoder(String path) {
    if (path.isEmpty()) {
      return SentenceEncoder.shipped();
    }
    Path folder = Path.of(path);
    return SentenceEncoder.open(
        ModelFile.at(folder.resolve("model.onnx")), ModelFile.at(folder.resolve("tokenizer.json")));
  }

  @Override
  public PromptAnalysis analyze(String text) {
    return analyzer.analyze(text);
  }

  @Override
  public Embedding embed(String text) {
    return encoder.encode(text, SentenceEncoder.MAX_TOKENS);
  }

  @Override
  public GetModelInfoResponse modelInfo() {
    return info;
  }

  @Override
  public String embedFingerprint() {
    return embedFingerprint;
  }

  @Override
  public void close() {
    head.close();
    encoder.close();
  }
}
