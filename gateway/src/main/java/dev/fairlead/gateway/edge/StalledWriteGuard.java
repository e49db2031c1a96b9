package dev.fairlead.gateway.edge;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection whose peer takes nothing of what is there for it, whichever response that
 * belongs to: an orderly end would wait behind the bytes that do not leave.
 */
final class StalledWriteGuard extends ChannelInboundHandlerAdapter {

  private static final int LOOKS = 4;

  private final long timeoutNanos;
  private @Nullable ScheduledFuture<?> looks;
  private @Nullable Object stuck;
  private long stuckProgress;
  private long stuckSince;

  StalledWriteGuard(Duration timeout) {
    this.timeoutNanos = timeout.toNanos();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    long period = Math.max(1, timeoutNanos / LOOKS);
    looks =
        context
            .channel()
            .eventLoop()
            .scheduleWithFixedDelay(() -> look(context), period, period, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext context) {
    ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
    Object first = buffer == null ? null : buffer.current();
    if (buffer == null || first == null) {
      stuck = null;
      return;
    }
    long now = System.nanoTime();
    if (first != stuck || buffer.currentProgress() != stuckProgress) {
      stuck = first;
      stuckProgress = buffer.currentProgress();
      stuckSince = now;
    } else if (now - stuckSince >= timeoutNanos) {
      context.channel().close();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    if (looks != null) {
      looks.cancel(false);
    }
    stuck = null;
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    handlerRemoved(context);
    context.fireChannelInactive();
  }
}
