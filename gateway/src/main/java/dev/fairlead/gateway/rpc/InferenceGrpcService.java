package dev.fairlead.gateway.rpc;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.gateway.pipeline.Form;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.gateway.pipeline.InferenceRequest;
import dev.fairlead.gateway.typed.TypedControls;
import dev.fairlead.gateway.typed.TypedFacts;
import dev.fairlead.v1.ChatRequest;
import dev.fairlead.v1.GenerateRequest;
import dev.fairlead.v1.GenerateResponse;
import dev.fairlead.v1.InferenceServiceGrpc;
import dev.fairlead.v1.RequestControls;
import dev.fairlead.v1.StreamGenerateRequest;
import dev.fairlead.v1.StreamGenerateResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Map;

/** {@code fairlead.v1.InferenceService}: the whole pipeline for typed callers. */
public final class InferenceGrpcService extends InferenceServiceGrpc.InferenceServiceImplBase {

  private final InferencePipeline pipeline;
  private final RpcScopes scopes;
  private final ScanLimits limits;

  /**
   * A service over the shared pipeline.
   *
   * @param limits how much a request may hold
   */
  public InferenceGrpcService(InferencePipeline pipeline, RpcScopes scopes, ScanLimits limits) {
    this.pipeline = pipeline;
    this.scopes = scopes;
    this.limits = limits;
  }

  @Override
  public void generate(GenerateRequest request, StreamObserver<GenerateResponse> observer) {
    try {
      InferenceRequest inference = request(request.getChat(), request.getControls(), false);
      CallScope scope = scopes.open();
      pipeline.answer(inference, scope, new UnarySink(observer));
    } catch (RuntimeException e) {
      observer.onError(status(e));
    }
  }

  @Override
  public void streamGenerate(
      StreamGenerateRequest request, StreamObserver<StreamGenerateResponse> observer) {
    try {
      InferenceRequest inference = request(request.getChat(), request.getControls(), true);
      CallScope scope = scopes.open();
      ServerCallStreamObserver<StreamGenerateResponse> call =
          (ServerCallStreamObserver<StreamGenerateResponse>) observer;
      pipeline.answer(inference, scope, new StreamSink(call, scope.requestId()));
    } catch (RuntimeException e) {
      observer.onError(status(e));
    }
  }

  private InferenceRequest request(ChatRequest chat, RequestControls controls, boolean stream) {
    return new InferenceRequest(
        new Form.Typed(chat),
        TypedFacts.of(chat, stream, limits),
        TypedControls.of(controls),
        Map.of(),
        0);
  }

  static Throwable status(RuntimeException error) {
    Failure failure = FailureStatus.fromThrowable(error);
    return FailureStatus.toStatus(failure);
  }
}
