package dev.fairlead.gateway.rpc;

import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.gateway.pipeline.Form;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.gateway.pipeline.InferenceRequest;
import dev.fairlead.gateway.typed.TypedControls;
import dev.fairlead.gateway.typed.TypedFacts;
import dev.fairlead.v1.RouteRequest;
import dev.fairlead.v1.RouteResponse;
import dev.fairlead.v1.RoutingServiceGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Map;

/** {@code fairlead.v1.RoutingService}: decisions without answers. */
public final class RoutingGrpcService extends RoutingServiceGrpc.RoutingServiceImplBase {

  private final InferencePipeline pipeline;
  private final RpcScopes scopes;
  private final ScanLimits limits;

  /**
   * A service over the shared pipeline.
   *
   * @param limits how much a request may hold
   */
  public RoutingGrpcService(InferencePipeline pipeline, RpcScopes scopes, ScanLimits limits) {
    this.pipeline = pipeline;
    this.scopes = scopes;
    this.limits = limits;
  }

  @Override
  public void route(RouteRequest request, StreamObserver<RouteResponse> observer) {
    if (observer instanceof ServerCallStreamObserver<RouteResponse> call) {
      // Without a handler the answer to a caller that has gone would throw.
      call.setOnCancelHandler(() -> {});
    }
    try {
      InferenceRequest inference =
          new InferenceRequest(
              new Form.Typed(request.getChat()),
              TypedFacts.of(request.getChat(), false, limits),
              TypedControls.of(request.getControls()),
              Map.of(),
              0);
      CallScope scope = scopes.open();
      pipeline.route(
          inference,
          scope,
          outcome -> {
            observer.onNext(
                RouteResponse.newBuilder()
                    .setDecision(Outcomes.decision(outcome.decision()))
                    .setCache(outcome.cache().toProto())
                    .build());
            observer.onCompleted();
          },
          failure -> observer.onError(FailureStatus.toStatus(failure)));
    } catch (RuntimeException e) {
      observer.onError(InferenceGrpcService.status(e));
    }
  }
}
