package dev.fairlead.gateway.rpc;

import dev.fairlead.common.failure.FailureException;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.keys.KeyDirectory;
import dev.fairlead.gateway.keys.Principal;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lets only holders of a key call this project's services; health and reflection need none. The
 * principal goes with the call's context. Does not block.
 */
public final class KeyInterceptor implements ServerInterceptor {

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String BEARER = "bearer ";
  private static final String OURS = "fairlead.";

  private final KeyDirectory keys;

  /** Asks a directory. */
  public KeyInterceptor(KeyDirectory keys) {
    this.keys = keys;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (!call.getMethodDescriptor().getFullMethodName().startsWith(OURS)) {
      return next.startCall(call, headers);
    }
    try {
      Principal principal = keys.authenticate(credential(headers));
      return Contexts.interceptCall(
          Context.current().withValue(Principal.CURRENT, principal), call, headers, next);
    } catch (FailureException e) {
      StatusRuntimeException status = FailureStatus.toStatus(e.failure());
      Metadata trailers = status.getTrailers();
      call.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
      return new ServerCall.Listener<>() {};
    }
  }

  private static @Nullable String credential(Metadata headers) {
    Iterable<String> values = headers.getAll(AUTHORIZATION);
    if (values == null) {
      return null;
    }
    String found = null;
    for (String value : values) {
      if (found != null && !Objects.equals(found, value)) {
        return null;
      }
      found = value;
    }
    return found != null && found.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? found.substring(BEARER.length()).strip()
        : found;
  }
}
