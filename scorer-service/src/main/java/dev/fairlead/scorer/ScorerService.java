package dev.fairlead.scorer;

import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.scorer.learning.TrafficLearning;
import dev.fairlead.v1.AnalyzeRequest;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.EmbedRequest;
import dev.fairlead.v1.EmbedResponse;
import dev.fairlead.v1.GetModelInfoRequest;
import dev.fairlead.v1.GetModelInfoResponse;
import dev.fairlead.v1.LearnRequest;
import dev.fairlead.v1.LearnResponse;
import dev.fairlead.v1.ScorerServiceGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC entry. Handlers validate, look into the memo, and hand the rest to the compute pool;
 * they never compute.
 */
final class ScorerService extends ScorerServiceGrpc.ScorerServiceImplBase {

  /** Texts of one Embed call, by the contract. */
  static final int MAX_TEXTS = 2_048;

  private static final int MAX_TENANT_BYTES = 256;

  private final TextScorer scorer;
  private final ComputePool pool;
  private final AnalysisMemo memo;
  private final ComputeTimers timers;
  private final TrafficLearning learning;
  private final ScorerConfig config;

  ScorerService(
      TextScorer scorer,
      ComputePool pool,
      AnalysisMemo memo,
      ComputeTimers timers,
      TrafficLearning learning,
      ScorerConfig config) {
    this.scorer = scorer;
    this.pool = pool;
    this.memo = memo;
    this.timers = timers;
    this.learning = learning;
    this.config = config;
  }

  @Override
  public void analyze(AnalyzeRequest request, StreamObserver<AnalyzeResponse> observer) {
    ignoreCancellation(observer);
    try {
      checkSize("text", request.getTextBytes());
      checkTenant(request.getTenantBytes());
      AnalysisMemo.@Nullable TextKey key = AnalysisMemo.key(request.getTextBytes());
      AnalyzeResponse known = memo.find(key);
      if (known != null) {
        AnalyzeWork.answer(
            observer, learning.apply(request.getTenant(), known), request.getWithEmbedding());
      } else {
        pool.admit(
            new AnalyzeWork(
                request, observer, scorer, timers, learning, done -> memo.keep(key, done)));
      }
    } catch (FailureException e) {
      observer.onError(FailureStatus.toStatus(e.failure()));
    }
  }

  @Override
  public void embed(EmbedRequest request, StreamObserver<EmbedResponse> observer) {
    ignoreCancellation(observer);
    try {
      int count = request.getTextsCount();
      if (count < 1 || count > MAX_TEXTS) {
        throw invalid("texts", count + " texts (expected: 1.." + MAX_TEXTS + ")");
      }
      for (int i = 0; i < count; i++) {
        ByteString text = request.getTextsBytes(i);
        if (text.isEmpty()) {
          throw invalid("texts[" + i + "]", "empty (expected: a text)");
        }
        checkSize("texts[" + i + "]", text);
      }
      new EmbedWork(request, observer, scorer, timers, config.maxBatchSize()).start(pool);
    } catch (FailureException e) {
      observer.onError(FailureStatus.toStatus(e.failure()));
    }
  }

  @Override
  public void learn(LearnRequest request, StreamObserver<LearnResponse> observer) {
    ignoreCancellation(observer);
    try {
      check(request);
      AnalysisMemo.@Nullable TextKey key = AnalysisMemo.key(request.getTextBytes());
      AnalyzeResponse known = memo.find(key);
      if (known != null) {
        LearnWork.learn(request, known, learning, observer);
      } else {
        pool.admit(
            new LearnWork(
                request, observer, scorer, timers, learning, done -> memo.keep(key, done)));
      }
    } catch (FailureException e) {
      observer.onError(FailureStatus.toStatus(e.failure()));
    }
  }

  private void check(LearnRequest request) {
    checkSize("text", request.getTextBytes());
    checkTenant(request.getTenantBytes());
    if (request.getTenant().isEmpty()) {
      throw invalid("tenant", "empty (expected: a tenant)");
    }
    if (request.getText().isBlank()) {
      throw invalid("text", "blank (expected: a text)");
    }
    if (!(request.getGain() >= -1 && request.getGain() <= 1)) {
      throw invalid("gain", request.getGain() + " (expected: -1..1)");
    }
    if (!(request.getPropensity() >= 0 && request.getPropensity() <= 1)) {
      throw invalid("propensity", request.getPropensity() + " (expected: 0..1)");
    }
  }

  private static void checkTenant(ByteString tenant) {
    if (tenant.size() > MAX_TENANT_BYTES) {
      throw invalid("tenant", tenant.size() + " bytes (expected: up to " + MAX_TENANT_BYTES + ")");
    }
  }

  @Override
  public void getModelInfo(
      GetModelInfoRequest request, StreamObserver<GetModelInfoResponse> observer) {
    observer.onNext(scorer.modelInfo());
    observer.onCompleted();
  }

  private void checkSize(String param, ByteString text) {
    if (text.size() > config.maxTextBytes()) {
      throw invalid(param, text.size() + " bytes (expected: up to " + config.maxTextBytes() + ")");
    }
  }

  private static FailureException invalid(String param, String complaint) {
    return Failure.InvalidRequest.of(param, param + ": " + complaint).asException();
  }

  /**
   * Without a handler, an answer to a caller who has gone would throw; the pool sees the
   * cancellation by the context.
   */
  private static void ignoreCancellation(StreamObserver<?> observer) {
    if (observer instanceof ServerCallStreamObserver<?> call) {
      call.setOnCancelHandler(() -> {});
    }
  }
}
