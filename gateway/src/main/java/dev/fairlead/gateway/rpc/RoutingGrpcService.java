package dev.fairlead.gateway.rpc;

import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.gateway.pipeline.Form;
import dev.fairlead.gateway.pipeline.InferencePipeline;
import dev.fairlead.gateway.pipeline.InferenceRequest;
import dev.fairlead.gateway.typed.TypedControls;
import dev.fairlead.gateway.typed.TypedFacts;
import dev.fairlead.v1.RouteRequest;
import dev.fairlead.v1.RouteResponse;
import dev.fairlead.v1.RoutingServiceGrpc;
import io.grpc.stub.StreamObserver;
import java.util.Map;

/** {@code fairlead.v1.RoutingService}: decisions without answers. */
public final class RoutingGrpcService extends RoutingServiceGrpc.RoutingServiceImplBase {

  private final InferencePipeline pipeline;
  private final RpcScopes scopes;

  /** A service over the shared pipeline. */
  public RoutingGrpcService(InferencePipeline pipeline, RpcScopes scopes) {
    this.pipeline = pipeline;
    this.scopes = scopes;
  }

  @Override
  public void route(RouteRequest request, StreamObserver<RouteResponse> observer) {
    try {
      InferenceRequest inference =
          new InferenceRequest(
              new Form.Typed(request.getChat()),
              TypedFacts.of(request.getChat(), false),
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
