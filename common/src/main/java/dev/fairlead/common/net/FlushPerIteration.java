package dev.fairlead.common.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.SingleThreadEventLoop;
import java.nio.charset.StandardCharsets;

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

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes && isHead(bytes) && context.channel().isWritable()) {
      context.write(
          message, context.newPromise().addListener(ChannelFutureListener.CLOSE_ON_FAILURE));
      promise.trySuccess();
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

  private void flushNow(ChannelHandlerContext context) {
    if (due) {
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
