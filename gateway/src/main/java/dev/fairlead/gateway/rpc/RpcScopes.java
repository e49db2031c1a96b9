package dev.fairlead.gateway.rpc;

import com.linecorp.armeria.common.CommonPools;
import dev.fairlead.gateway.keys.Principal;
import dev.fairlead.gateway.pipeline.CallScope;
import dev.fairlead.telemetry.CallContext;
import io.grpc.Context;
import io.netty.channel.EventLoop;
import java.time.Duration;

/**
 * Opens the scope of a gRPC call: identity, trace, deadline and cancellation are already in its
 * context.
 */
public final class RpcScopes {

  private final Duration timeout;

  /**
   * Scopes with a total time.
   *
   * @param timeout most a request may take; a caller's own deadline may be shorter
   */
  public RpcScopes(Duration timeout) {
    this.timeout = timeout;
  }

  CallScope open() {
    EventLoop loop = CommonPools.workerGroup().next();
    Context current = Context.current();
    // The tenant comes with the key; it is not the caller's to choose.
    Context identity =
        current.withValue(CallContext.TENANT, Principal.CURRENT.get(current).tenant());
    return CallScope.open(identity, timeout, loop, loop);
  }
}
