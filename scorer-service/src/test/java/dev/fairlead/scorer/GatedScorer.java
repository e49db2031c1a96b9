package dev.fairlead.scorer;

import dev.fairlead.onnx.complexity.PromptAnalysis;
import dev.fairlead.onnx.encoder.Embedding;
import dev.fairlead.onnx.features.PromptFeatures;
import dev.fairlead.v1.GetModelInfoResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;

/** A scorer that computes only as often as it is let to, and remembers what it computed. */
final class GatedScorer implements TextScorer {

  final Semaphore gate = new Semaphore(0);
  final List<String> started = new CopyOnWriteArrayList<>();
  volatile boolean closed;

  @Override
  public PromptAnalysis analyze(String text) {
    return new PromptAnalysis(0.5, 0.25, PromptFeatures.of(text), embed(text));
  }

  @Override
  public Embedding embed(String text) {
    started.add(text);
    gate.acquireUninterruptibly();
    if (text.startsWith("overflow")) {
      throw new StackOverflowError("secret detail");
    }
    if (text.startsWith("fail")) {
      throw new IllegalStateException("secret detail");
    }
    return new Embedding(new float[] {1, 0}, 2 + text.length(), false);
  }

  @Override
  public GetModelInfoResponse modelInfo() {
    return GetModelInfoResponse.newBuilder()
        .setDimensions(2)
        .setModelFingerprint("gated/128")
        .build();
  }

  @Override
  public String embedFingerprint() {
    return "gated/256";
  }

  @Override
  public void close() {
    closed = true;
  }
}
