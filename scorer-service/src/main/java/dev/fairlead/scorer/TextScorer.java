package dev.fairlead.scorer;

import dev.fairlead.onnx.complexity.PromptAnalysis;
import dev.fairlead.onnx.encoder.Embedding;
import dev.fairlead.v1.GetModelInfoResponse;

/**
 * What the service computes with. Thread-safe; the calls compute for milliseconds on their own
 * thread.
 */
interface TextScorer extends AutoCloseable {

  PromptAnalysis analyze(String text);

  Embedding embed(String text);

  /** What is loaded; does not compute. */
  GetModelInfoResponse modelInfo();

  /** Identifies the vectors of {@link #embed}, which sees more tokens than {@link #analyze}. */
  String embedFingerprint();

  @Override
  void close();
}
