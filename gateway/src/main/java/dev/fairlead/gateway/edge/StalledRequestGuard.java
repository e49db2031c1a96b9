package dev.fairlead.gateway.edge;

import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.fairlead.gateway.LimitsConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes an HTTP/1 connection on which a request's head does not arrive in time, or nothing at all:
 * any byte keeps a connection from being idle, and the server's own clock starts when it has the
 * head. A request that arrives in one read, as nearly all do, costs one comparison. HTTP/2
 * connections are left alone once they are known as such.
 */
final class StalledRequestGuard extends ChannelDuplexHandler {

  private static final AttributeKey<StalledRequestGuard> KEY =
      AttributeKey.valueOf(StalledRequestGuard.class, "GUARD");
  private static final byte[] TIMEOUT =
      "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  private final long headNanos;
  private final long idleNanos;
  private @Nullable ScheduledFuture<?> deadline;
  private boolean waiting;
  private int arrived;
  private int blankLine;

  StalledRequestGuard(LimitsConfig limits) {
    this.headNanos = limits.headTimeout().toNanos();
    this.idleNanos = limits.idleTimeout().toNanos();
  }

  /** A request of the connection has arrived. */
  static void arrived(ServiceRequestContext context) {
    if (!context.sessionProtocol().isMultiplex()) {
      Channel channel = context.log().ensureAvailable(RequestLogProperty.SESSION).channel();
      StalledRequestGuard guard = channel == null ? null : channel.attr(KEY).get();
      if (guard != null) {
        guard.settled();
      }
    }
  }

  private void settled() {
    arrived++;
    waiting = false;
    forget();
  }

  private void forget() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context.channel().attr(KEY).set(this);
    expect(context, idleNanos);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      context.fireChannelRead(message);
      return;
    }
    int before = arrived;
    ByteBuf seen = bytes.retainedDuplicate();
    try {
      context.fireChannelRead(bytes);
      if (arrived == before) {
        incomplete(context, seen);
      }
    } finally {
      seen.release();
    }
  }

  private void incomplete(ChannelHandlerContext context, ByteBuf seen) {
    if (!waiting) {
      waiting = true;
      blankLine = 0;
      expect(context, headNanos);
    }
    if (blankLine < 4 && findBlankLine(seen)) {
      forget();
    }
  }

  /** Whether the head ends within {@code seen}, which may begin in the middle of its end. */
  private boolean findBlankLine(ByteBuf seen) {
    for (int i = seen.readerIndex(); i < seen.writerIndex() && blankLine < 4; i++) {
      byte expected = (byte) (blankLine % 2 == 0 ? '\r' : '\n');
      byte found = seen.getByte(i);
      if (found == expected) {
        blankLine++;
      } else {
        blankLine = found == '\r' ? 1 : 0;
      }
    }
    return blankLine == 4;
  }

  private void expect(ChannelHandlerContext context, long nanos) {
    forget();
    deadline =
        context.channel().eventLoop().schedule(() -> expired(context), nanos, TimeUnit.NANOSECONDS);
  }

  private void expired(ChannelHandlerContext context) {
    deadline = null;
    if (!waiting) {
      context.close();
    } else if (context.pipeline().get(Http2ConnectionHandler.class) == null) {
      context
          .writeAndFlush(Unpooled.wrappedBuffer(TIMEOUT))
          .addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** What is answered was not waited for, whoever answers it. */
  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (waiting) {
      settled();
    }
    context.write(message, promise);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    settled();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    settled();
    context.fireChannelInactive();
  }
}
