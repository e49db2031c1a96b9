package dev.fairlead.scorer;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.onnx.complexity.PromptAnalysis;
import dev.fairlead.onnx.features.PromptFeatures;
import dev.fairlead.scorer.learning.TrafficLearning;
import dev.fairlead.v1.AnalyzeRequest;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.FeatureValue;
import dev.fairlead.v1.GetModelInfoResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.function.Consumer;

/**
 * One Analyze call. The memo gets what the shipped head says, the caller what the tenant's does.
 */
record AnalyzeWork(
    AnalyzeRequest request,
    StreamObserver<AnalyzeResponse> observer,
    TextScorer scorer,
    ComputeTimers timers,
    TrafficLearning learning,
    Consumer<AnalyzeResponse> memo)
    implements ComputePool.Work {

  @Override
  public boolean step() {
    PromptAnalysis analysis = timers.analyze().record(() -> scorer.analyze(request.getText()));
    AnalyzeResponse response = encode(analysis, scorer.modelInfo());
    memo.accept(response);
    answer(observer, learning.apply(request.getTenant(), response), request.getWithEmbedding());
    return false;
  }

  @Override
  public void dropped(Failure failure) {
    observer.onError(FailureStatus.toStatus(failure));
  }

  static void answer(
      StreamObserver<AnalyzeResponse> observer, AnalyzeResponse full, boolean withEmbedding) {
    observer.onNext(withEmbedding ? full : full.toBuilder().clearEmbedding().build());
    observer.onCompleted();
  }

  static AnalyzeResponse encode(PromptAnalysis analysis, GetModelInfoResponse info) {
    AnalyzeResponse.Builder response =
        AnalyzeResponse.newBuilder()
            .setComplexity(analysis.complexity())
            .setExpectedGain(analysis.expectedGain())
            .setTokenCount(analysis.embedding().tokenCount())
            .setTruncated(analysis.embedding().truncated())
            .setModelFingerprint(info.getModelFingerprint())
            .setHeadVersion(info.getHeadVersion());
    List<String> names = PromptFeatures.names();
    for (int i = 0; i < names.size(); i++) {
      response.addFeatures(
          FeatureValue.newBuilder().setName(names.get(i)).setValue(analysis.features()[i]));
    }
    for (float value : analysis.embedding().values()) {
      response.addEmbedding(value);
    }
    return response.build();
  }
}
