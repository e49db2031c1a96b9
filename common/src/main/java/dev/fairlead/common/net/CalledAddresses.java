package dev.fairlead.common.net;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Refuses a connection to an address that is {@link NeverCalled}, at the moment when it would be
 * made: a name that comes to mean another address after its URL was checked gains nothing, whatever
 * resolves it. To be added to the pipelines of outgoing connections before they connect; keeps
 * nothing.
 */
@Sharable
public final class CalledAddresses extends ChannelOutboundHandlerAdapter {

  /** Why there is no connection. */
  public static final class Refused extends ConnectException {

    private static final long serialVersionUID = 1;

    Refused() {
      super("the host leads to an address that is never called");
    }

    /** Thrown for each connection of a host that may be called often. */
    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  /** One for all connections. */
  public static final CalledAddresses INSTANCE = new CalledAddresses();

  private CalledAddresses() {}

  @Override
  public void connect(
      ChannelHandlerContext context,
      SocketAddress remote,
      SocketAddress local,
      ChannelPromise promise) {
    if (remote instanceof InetSocketAddress internet
        && internet.getAddress() != null
        && NeverCalled.contains(internet.getAddress())) {
      promise.setFailure(new Refused());
      context.close();
    } else {
      context.connect(remote, local, promise);
    }
  }
}
