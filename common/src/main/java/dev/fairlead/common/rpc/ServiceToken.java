package dev.fairlead.common.rpc;

import dev.fairlead.common.config.Secret;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shared secret by which backends know the gateway: sent on every hop, and demanded when one is
 * configured.
 */
public final class ServiceToken {

  private static final Metadata.Key<String> KEY =
      Metadata.Key.of("x-fairlead-service-token", Metadata.ASCII_STRING_MARSHALLER);

  private ServiceToken() {}

  /** What a caller adds; nothing when no token is configured. */
  public static List<ClientInterceptor> sending(Secret token) {
    return token.isEmpty() ? List.of() : List.of(new Sending(token));
  }

  /**
   * What a backend demands of every call but health checks; nothing when no token is configured.
   */
  public static List<ServerInterceptor> demanding(Secret token) {
    return token.isEmpty() ? List.of() : List.of(new Demanding(token));
  }

  private record Sending(Secret token) implements ClientInterceptor {
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<R> listener, Metadata headers) {
          headers.put(KEY, token.reveal());
          super.start(listener, headers);
        }
      };
    }
  }

  private record Demanding(Secret token) implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      @Nullable String given = headers.get(KEY);
      boolean health = "grpc.health.v1.Health".equals(call.getMethodDescriptor().getServiceName());
      if (health || (given != null && token.matches(given))) {
        return next.startCall(call, headers);
      }
      call.close(
          Status.UNAUTHENTICATED.withDescription("service token missing or wrong"), new Metadata());
      return new ServerCall.Listener<>() {};
    }
  }
}
