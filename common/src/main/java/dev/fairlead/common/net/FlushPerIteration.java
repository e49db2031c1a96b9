package dev.fairlead.common.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.SingleThreadEventLoop;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Lets everything that one turn of the event loop writes to a connection leave in one system call.
 * The first handler of a pipeline, but for {@link LingeringClose}.
 *
 * <p>Netty's own flush consolidation cannot join the head of an HTTP/1 response with its body:
 * Armeria asks for the body only when the head's write has succeeded. So the write of a head counts
 * as done as soon as it lies in the channel's buffer, as long as that buffer is below its
 * high-water mark; the body behind it, and with it back-pressure, waits for the socket as always.
 * Measured with a bare Armeria proxy: two system calls a request instead of three, 8 to 10 % more
 * requests.
 */
public final class FlushPerIteration extends ChannelDuplexHandler {

  private static final byte[] HEAD = "HTTP/1.".getBytes(StandardCharsets.US_ASCII);

  private boolean due;

  /** Of a head that has been written and not been flushed. */
  private @Nullable ChannelPromise head;

  /**
   * A head is told as done when it is flushed, not while it is written: who waits for it may write
   * at once, and the codec that is still writing the head would then write it once more. That
   * happens with pipelined requests, whose heads may have been waited for before their turn.
   */
  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (head == null
        && message instanceof ByteBuf bytes
        && isHead(bytes)
        && context.channel().isWritable()) {
      context.write(
          message, context.newPromise().addListener(ChannelFutureListener.CLOSE_ON_FAILURE));
      head = promise;
      flushSoon(context);
    } else {
      context.write(message, promise);
    }
  }

  private static boolean isHead(ByteBuf bytes) {
    if (bytes.readableBytes() < HEAD.length) {
      return false;
    }
    int start = bytes.readerIndex();
    for (int i = 0; i < HEAD.length; i++) {
      if (bytes.getByte(start + i) != HEAD[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    flushSoon(context);
    tellHead();
  }

  private void flushSoon(ChannelHandlerContext context) {
    if (due) {
      return;
    }
    if (context.channel().eventLoop() instanceof SingleThreadEventLoop loop && loop.inEventLoop()) {
      due = true;
      loop.executeAfterEventLoopIteration(() -> flushNow(context));
    } else {
      context.flush();
    }
  }

  private void tellHead() {
    ChannelPromise told = head;
    head = null;
    if (told != null) {
      told.trySuccess();
    }
  }

  private void flushNow(ChannelHandlerContext context) {
    if (due) {
      tellHead();
      due = false;
      context.flush();
    }
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    flushNow(context);
    context.close(promise);
  }

  @Override
  public void disconnect(ChannelHandlerContext context, ChannelPromise promise) {
    flushNow(context);
    context.disconnect(promise);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    flushNow(context);
  }
}
