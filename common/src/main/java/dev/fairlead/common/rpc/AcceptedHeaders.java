package dev.fairlead.common.rpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.function.Predicate;

/**
 * Sends response headers as soon as a call is accepted. To a client with {@link RpcChannels}' retry
 * policy headers mean that the call must not be repeated, so a call that may cost money is never
 * made twice by the transport.
 */
public final class AcceptedHeaders implements ServerInterceptor {

  private final Predicate<MethodDescriptor<?, ?>> methods;

  /** For calls of all methods. */
  public AcceptedHeaders() {
    this(method -> true);
  }

  /** For calls of some methods. */
  public AcceptedHeaders(Predicate<MethodDescriptor<?, ?>> methods) {
    this.methods = methods;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (!methods.test(call.getMethodDescriptor())) {
      return next.startCall(call, headers);
    }
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
