package dev.fairlead.common.net;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection in two steps, as RFC 9112 section 9.6 asks of servers: the peer is told at once
 * that nothing more comes, and what it is still sending is read and thrown away until it closes,
 * for a while at most. Closed in one step while a body is on its way, the connection would be
 * reset, and the peer's system may throw the response away before it was read.
 *
 * <p>The first handler of a pipeline. A connection with bytes that do not leave is closed as if
 * this were not there. Not thread-safe: a channel's own.
 */
public final class LingeringClose extends ChannelDuplexHandler {

  private final Duration longest;
  private boolean closing;
  private @Nullable ChannelPromise closed;
  private @Nullable ScheduledFuture<?> end;

  /**
   * For one connection.
   *
   * @param longest how long the peer may take to close after it was told to
   */
  public LingeringClose(Duration longest) {
    this.longest = longest;
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (closing || !canLinger(context)) {
      closing = true;
      context.close(promise);
      return;
    }
    closing = true;
    closed = promise;
    context.channel().config().setAutoRead(true);
    end =
        context
            .channel()
            .eventLoop()
            .schedule(() -> finish(context), longest.toNanos(), TimeUnit.NANOSECONDS);
    ((DuplexChannel) context.channel())
        .shutdownOutput()
        .addListener(shut -> {
          if (!shut.isSuccess()) {
            finish(context);
          }
        });
  }

  /** Asks for entries, not bytes: those of the write that is just told as done still count. */
  private static boolean canLinger(ChannelHandlerContext context) {
    ChannelOutboundBuffer unsent = context.channel().unsafe().outboundBuffer();
    return context.channel().isActive()
        && context.channel() instanceof DuplexChannel duplex
        && !duplex.isOutputShutdown()
        && unsent != null
        && unsent.isEmpty();
  }

  private void finish(ChannelHandlerContext context) {
    if (end != null) {
      end.cancel(false);
    }
    ChannelPromise promise = closed;
    closed = null;
    if (promise != null) {
      context.close(promise);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (closing) {
      ReferenceCountUtil.release(message);
    } else {
      context.fireChannelRead(message);
    }
  }

  /** The handlers behind this one need not know that nothing more can be written. */
  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (!(event instanceof ChannelOutputShutdownEvent)) {
      context.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    finish(context);
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    finish(context);
  }
}
