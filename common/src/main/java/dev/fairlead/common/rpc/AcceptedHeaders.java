package dev.fairlead.common.rpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Sends response headers as soon as a call is accepted. To a client with {@link RpcChannels}' retry
 * policy headers mean that the call must not be repeated, so a call that may cost money is never
 * made twice by the transport.
 */
public final class AcceptedHeaders implements ServerInterceptor {

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    call.sendHeaders(new Metadata());
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendHeaders(Metadata late) {
            // They have gone out already; handlers of this project put nothing into them.
          }
        },
        headers);
  }
}
