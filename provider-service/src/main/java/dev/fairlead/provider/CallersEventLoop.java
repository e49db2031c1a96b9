package dev.fairlead.provider;

import com.linecorp.armeria.client.Endpoint;
import com.linecorp.armeria.client.EventLoopScheduler;
import com.linecorp.armeria.client.endpoint.EndpointGroup;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.util.ReleasableHolder;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Makes a vendor call on the event loop that the request is already on, so that in the standalone
 * process an answer goes from the vendor's socket to the client's without a change of thread. A
 * caller from elsewhere gets the loops in turn.
 */
final class CallersEventLoop implements EventLoopScheduler {

  private final EventLoopGroup group;

  CallersEventLoop(EventLoopGroup group) {
    this.group = group;
  }

  @Override
  public ReleasableHolder<EventLoop> acquire(
      SessionProtocol protocol, EndpointGroup endpoints, @Nullable Endpoint endpoint) {
    for (EventExecutor executor : group) {
      if (executor.inEventLoop() && executor instanceof EventLoop loop) {
        return new Held(loop);
      }
    }
    return new Held(group.next());
  }

  /** Nothing is counted, so nothing is released. */
  private record Held(EventLoop loop) implements ReleasableHolder<EventLoop> {
    @Override
    public EventLoop get() {
      return loop;
    }

    @Override
    public void release() {}
  }
}
