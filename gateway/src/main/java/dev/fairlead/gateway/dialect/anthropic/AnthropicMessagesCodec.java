package dev.fairlead.gateway.dialect.anthropic;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.CachedReplay;
import dev.fairlead.gateway.dialect.DialectCodec;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.ScannedRequest;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEventStream;
import dev.fairlead.v1.Usage;
import java.util.Map;

/** Anthropic Messages. Stateless and thread-safe. */
public final class AnthropicMessagesCodec implements DialectCodec {

  private static final byte[] TERMINATOR =
      "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n".getBytes(US_ASCII);
  private static final byte[] PING =
      "event: ping\ndata: {\"type\":\"ping\"}\n\n".getBytes(US_ASCII);

  private final ScanLimits limits;

  /** A codec that refuses what exceeds the limits. */
  public AnthropicMessagesCodec(ScanLimits limits) {
    this.limits = limits;
  }

  @Override
  public Dialect dialect() {
    return Dialect.DIALECT_ANTHROPIC_MESSAGES;
  }

  @Override
  public ScannedRequest scan(byte[] body) {
    return MessagesRequestScan.of(body, limits, false);
  }

  /** As {@link #scan}, for a body whose tokens are to be counted: it needs no output limit. */
  public ScannedRequest scanForCounting(byte[] body) {
    return MessagesRequestScan.of(body, limits, true);
  }

  @Override
  public int status(Failure failure) {
    return AnthropicErrors.status(failure);
  }

  @Override
  public Map<String, String> responseHeaders(String requestId) {
    return Map.of("request-id", requestId);
  }

  @Override
  public byte[] error(Failure failure, String requestId) {
    return AnthropicErrors.body(failure, requestId);
  }

  @Override
  public byte[] streamError(Failure failure, String requestId) {
    return AnthropicErrors.event(failure, requestId);
  }

  @Override
  public byte[] keepAlive() {
    return PING.clone();
  }

  @Override
  public byte[] streamTerminator() {
    return TERMINATOR.clone();
  }

  @Override
  public RawEventStream toEvents(RawAnswer complete, CachedReplay replay) {
    return MessageReplay.of(complete, replay);
  }

  @Override
  public RawAnswer toComplete(RawEventStream events) {
    return MessageAssembly.of(events);
  }

  /** Empty: the format tells its usage in {@code message_delta}, which is an ordinary event. */
  @Override
  public byte[] usageEvent(
      byte[] upstreamEvent, Usage usage, ByteString fairleadJson, String model) {
    return new byte[0];
  }
}
