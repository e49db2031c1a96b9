package dev.fairlead.scorer;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.scorer.learning.TrafficLearning;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.LearnRequest;
import dev.fairlead.v1.LearnResponse;
import io.grpc.stub.StreamObserver;
import java.util.Locale;
import java.util.function.Consumer;

/** One Learn call whose text is not in the memo. */
record LearnWork(
    LearnRequest request,
    StreamObserver<LearnResponse> observer,
    TextScorer scorer,
    ComputeTimers timers,
    TrafficLearning learning,
    Consumer<AnalyzeResponse> memo)
    implements ComputePool.Work {

  @Override
  public boolean step() {
    AnalyzeResponse analysis =
        AnalyzeWork.encode(
            timers.analyze().record(() -> scorer.analyze(request.getText())), scorer.modelInfo());
    memo.accept(analysis);
    learn(request, analysis, learning, observer);
    return false;
  }

  @Override
  public void dropped(Failure failure) {
    observer.onError(FailureStatus.toStatus(failure));
  }

  /** Hands the label on and answers. */
  static void learn(
      LearnRequest request,
      AnalyzeResponse analysis,
      TrafficLearning learning,
      StreamObserver<LearnResponse> observer) {
    int labels = learning.labels(request.getTenant());
    double propensity = request.getPropensity() == 0 ? 1 : request.getPropensity();
    boolean accepted =
        learning.learn(
            request.getTenant(), analysis, request.getGain(), propensity, origin(request));
    observer.onNext(
        LearnResponse.newBuilder()
            .setAccepted(accepted)
            .setLabels(labels)
            .setHeadVersion(learning.headVersion(request.getTenant(), analysis))
            .build());
    observer.onCompleted();
  }

  /** From a fixed set: it is a label of a metric. */
  private static String origin(LearnRequest request) {
    return switch (request.getOrigin()) {
      case LABEL_ORIGIN_FEEDBACK, LABEL_ORIGIN_SHADOW, LABEL_ORIGIN_IMPORT ->
          request.getOrigin().name().substring("LABEL_ORIGIN_".length()).toLowerCase(Locale.ROOT);
      case LABEL_ORIGIN_UNSPECIFIED, UNRECOGNIZED -> "unspecified";
    };
  }
}
