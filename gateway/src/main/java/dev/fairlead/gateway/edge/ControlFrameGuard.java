package dev.fairlead.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Ends an HTTP/2 connection on which too many frames come that carry nothing: each is cheap to
 * send, and is answered or looked at here. The server's own limits concern resets, and answers that
 * the peer does not take; a peer that takes them may go on for ever.
 *
 * <p>Reads the nine bytes of each frame's head as they pass and changes nothing (RFC 9113, section
 * 4.1). HTTP/1 connections cost a look at the handlers for each read, as they may turn into HTTP/2.
 */
final class ControlFrameGuard extends ChannelInboundHandlerAdapter {

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** Where the preface could begin again within itself. */
  private static final int SECOND_P = 9;

  private static final int HEAD = 9;

  /** SETTINGS_MAX_FRAME_SIZE, which the server leaves at its least. */
  private static final int LARGEST_FRAME = 16_384;

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int GO_AWAY = 7;
  private static final int WINDOW_UPDATE = 8;

  private enum Speaks {
    UNKNOWN,
    HTTP1,
    HTTP2,
    NOTHING_MORE
  }

  private final int limit;
  private final long windowNanos;
  private final LongSupplier nanos;
  private final byte[] head = new byte[HEAD];
  private Speaks speaks = Speaks.UNKNOWN;

  /** Whether the connection is changing to HTTP/2, behind the rest of the request that asked. */
  private boolean upgrading;

  private int matched;
  private int headBytes;
  private int payload;
  private int controls;
  private long windowStart;

  /**
   * A guard of one connection.
   *
   * @param limit how many such frames may come within a window
   */
  ControlFrameGuard(int limit, Duration window, LongSupplier nanos) {
    this.limit = limit;
    this.windowNanos = window.toNanos();
    this.nanos = nanos;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (speaks == Speaks.NOTHING_MORE) {
      ReferenceCountUtil.release(message);
    } else if (message instanceof ByteBuf bytes && !allowed(context, bytes)) {
      bytes.release();
      speaks = Speaks.NOTHING_MORE;
      context
          .writeAndFlush(Unpooled.wrappedBuffer(goAway()))
          .addListener(ChannelFutureListener.CLOSE);
    } else {
      context.fireChannelRead(message);
    }
  }

  private boolean allowed(ChannelHandlerContext context, ByteBuf bytes) {
    if (speaks == Speaks.HTTP1 && context.pipeline().get(Http2ConnectionHandler.class) != null) {
      speaks = Speaks.UNKNOWN;
      upgrading = true;
      matched = 0;
    }
    if (speaks == Speaks.HTTP1) {
      return true;
    }
    int at = bytes.readerIndex();
    while (speaks == Speaks.UNKNOWN && at < bytes.writerIndex()) {
      at = preface(bytes, at);
    }
    return speaks != Speaks.HTTP2 || frames(bytes, at);
  }

  /** The preface comes first, or somewhere behind the body of a request that was upgraded. */
  private int preface(ByteBuf bytes, int at) {
    byte found = bytes.getByte(at);
    if (found != PREFACE[matched]) {
      speaks = upgrading ? Speaks.UNKNOWN : Speaks.HTTP1;
      matched = matched == SECOND_P + 1 ? 1 : 0;
      matched = found == PREFACE[matched] ? matched + 1 : 0;
    } else if (++matched == PREFACE.length) {
      speaks = Speaks.HTTP2;
      windowStart = nanos.getAsLong();
    }
    return at + 1;
  }

  private boolean frames(ByteBuf bytes, int from) {
    int at = from;
    while (at < bytes.writerIndex()) {
      if (payload > 0) {
        int skipped = Math.min(payload, bytes.writerIndex() - at);
        payload -= skipped;
        at += skipped;
      } else {
        head[headBytes++] = bytes.getByte(at++);
        if (headBytes == HEAD) {
          headBytes = 0;
          payload = (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | head[2] & 0xff;
          if (payload > LARGEST_FRAME || isControl(head[3]) && !counted()) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /** Resets have a limit of their own, and window updates come with the data that is sent. */
  private static boolean isControl(int type) {
    return switch (type) {
      case DATA, HEADERS, RST_STREAM, GO_AWAY, WINDOW_UPDATE -> false;
      default -> true;
    };
  }

  private boolean counted() {
    if (controls == limit) {
      long now = nanos.getAsLong();
      if (now - windowStart < windowNanos) {
        return false;
      }
      windowStart = now;
      controls = 0;
    }
    controls++;
    return true;
  }

  private static byte[] goAway() {
    return ByteBuffer.allocate(HEAD + 8)
        .putInt(8 << 8 | GO_AWAY)
        .put((byte) 0)
        .putInt(0)
        .putInt(Integer.MAX_VALUE)
        .putInt((int) Http2Error.ENHANCE_YOUR_CALM.code())
        .array();
  }
}
