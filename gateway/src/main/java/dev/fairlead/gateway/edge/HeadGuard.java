package dev.fairlead.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import org.jspecify.annotations.Nullable;

/**
 * Has HTTP/1 requests refused in which a header goes on in the next line (RFC 9112, section 5.2):
 * the codec joins such lines, so that nobody behind it can tell. Stands before the codec and, with
 * {@link HeadRules}, behind it, who knows whether it is reading a head.
 *
 * <p>Looks for the ends of lines in what arrives, but not in what is known to be body. A line that
 * begins with white space is only then handed on when all before it has been, so that what it is
 * can be asked.
 */
final class HeadGuard extends ChannelInboundHandlerAdapter {

  /** As much as the server needs to tell HTTP/2 from HTTP/1, and less than any request. */
  private static final int DETECTED = 4;

  private @Nullable HeadRules rules;
  private boolean lineEnded;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
      context.fireChannelRead(message);
      return;
    }
    if (rules == null && !detect(context, bytes)) {
      return;
    }
    HeadRules known = rules;
    if (known == null) {
      context.fireChannelRead(bytes);
    } else if (known.over()) {
      context.pipeline().remove(this);
      context.fireChannelRead(bytes);
    } else if (known.bodyLeft() >= bytes.readableBytes()) {
      lineEnded = false;
      context.fireChannelRead(bytes);
    } else {
      lines(context, bytes, known);
    }
  }

  /** The codec is there as soon as the first bytes are; false when nothing is left of them. */
  private boolean detect(ChannelHandlerContext context, ByteBuf bytes) {
    boolean found = find(context);
    while (!found && bytes.isReadable()) {
      int length = Math.min(DETECTED, bytes.readableBytes());
      context.fireChannelRead(bytes.readRetainedSlice(length));
      found = find(context);
    }
    if (!bytes.isReadable()) {
      bytes.release();
      return false;
    }
    return true;
  }

  /** Whether it is known what the connection speaks. */
  private boolean find(ChannelHandlerContext context) {
    ChannelPipeline pipeline = context.pipeline();
    if (pipeline.get(Http2ConnectionHandler.class) != null) {
      pipeline.remove(this);
      return true;
    }
    ChannelHandlerContext codec = pipeline.context(CombinedChannelDuplexHandler.class);
    if (codec == null) {
      return false;
    }
    HeadRules behind = new HeadRules();
    pipeline.addAfter(codec.name(), null, behind);
    rules = behind;
    return true;
  }

  private void lines(ChannelHandlerContext context, ByteBuf bytes, HeadRules known) {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    boolean begins = lineEnded;
    lineEnded = bytes.getByte(end - 1) == '\n';
    while (at < end) {
      if (begins && isSpace(bytes.getByte(at))) {
        handOn(context, bytes, at);
        known.lineContinues();
        if (known.bodyLeft() >= end - at) {
          // The head ended before, as in one read with an indented body: the rest is in one piece.
          lineEnded = false;
          break;
        }
      }
      int lineFeed = bytes.indexOf(at, end, (byte) '\n');
      at = lineFeed < 0 ? end : lineFeed + 1;
      begins = true;
    }
    context.fireChannelRead(bytes);
  }

  private static void handOn(ChannelHandlerContext context, ByteBuf bytes, int to) {
    if (to > bytes.readerIndex()) {
      context.fireChannelRead(bytes.readRetainedSlice(to - bytes.readerIndex()));
    }
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t';
  }
}
