package dev.fairlead.gateway.edge;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/**
 * Refuses HTTP/1 requests whose head another server could read differently: with continued lines,
 * which {@link HeadGuard} sees, of another major version, and such as do not name one host once
 * (RFC 9112, sections 2.3 and 3.2). The server answers them as what its codec refuses, and closes;
 * nothing behind them is read.
 */
final class HeadRules extends ChannelInboundHandlerAdapter {

  private static final String OTHERS_IN_HOSTS = "-.:_[]%~!$&'()*+,;=";

  private boolean inHead = true;
  private boolean continued;
  private boolean refused;
  private boolean over;
  private long bodyLeft;

  /** How many bytes to come are body for sure. */
  long bodyLeft() {
    return bodyLeft;
  }

  /** Whether the connection has changed to HTTP/2. */
  boolean over() {
    return over;
  }

  /** A line begins with white space, and all before it has been decoded. */
  void lineContinues() {
    continued |= inHead;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (refused) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (!(message instanceof HttpObject)) {
      over = true;
      context.pipeline().remove(this);
    }
    if (message instanceof HttpRequest request) {
      begin(request);
    }
    if (message instanceof HttpContent content) {
      bodyLeft = Math.max(0, bodyLeft - content.content().readableBytes());
    }
    if (message instanceof LastHttpContent) {
      inHead = true;
      bodyLeft = 0;
    }
    context.fireChannelRead(message);
  }

  private void begin(HttpRequest request) {
    inHead = false;
    String wrong = request.decoderResult().isSuccess() ? wrong(request) : "";
    if (!wrong.isEmpty()) {
      request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(wrong)));
    }
    refused = request.decoderResult().isFailure();
    bodyLeft = refused ? 0 : length(request);
  }

  private static long length(HttpRequest request) {
    String length = request.headers().get(HttpHeaderNames.CONTENT_LENGTH);
    try {
      return length == null ? 0 : Math.max(0, Long.parseLong(length));
    } catch (NumberFormatException refusedByTheServer) {
      return 0;
    }
  }

  private String wrong(HttpRequest request) {
    if (continued) {
      return "a header goes on in the next line (expected: each in one line)";
    }
    HttpVersion version = request.protocolVersion();
    if (version.majorVersion() != 1) {
      return "version: " + version + " (expected: HTTP/1)";
    }
    List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
    if (hosts.size() > 1 || hosts.isEmpty() && version.minorVersion() > 0) {
      return "host: given " + hosts.size() + " times (expected: once)";
    }
    if (!hosts.isEmpty() && !isHost(hosts.getFirst())) {
      return "host: has characters that no host has (expected: a name or address, and a port)";
    }
    return "";
  }

  /** Of the characters alone (RFC 3986, section 3.2.2); may be empty. */
  private static boolean isHost(String host) {
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!plain && OTHERS_IN_HOSTS.indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }
}
