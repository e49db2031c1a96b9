package dev.fairlead.gateway.dialect.openai;

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

/** OpenAI's legacy Completions. Stateless and thread-safe. */
public final class OpenAiCompletionsCodec implements DialectCodec {

  private static final byte[] TERMINATOR = "data: [DONE]\n\n".getBytes(US_ASCII);

  private final ScanLimits limits;

  /** A codec that refuses what exceeds the limits. */
  public OpenAiCompletionsCodec(ScanLimits limits) {
    this.limits = limits;
  }

  @Override
  public Dialect dialect() {
    return Dialect.DIALECT_OPENAI_COMPLETIONS;
  }

  @Override
  public ScannedRequest scan(byte[] body) {
    return CompletionRequestScan.of(body, limits);
  }

  @Override
  public boolean sharesErrorsWith(Dialect other) {
    return OpenAiErrors.areOf(other);
  }

  @Override
  public byte[] error(Failure failure, String requestId) {
    return OpenAiErrors.body(failure, requestId);
  }

  @Override
  public byte[] streamError(Failure failure, String requestId) {
    return OpenAiErrors.completionEvent(failure, requestId);
  }

  @Override
  public byte[] streamTerminator() {
    return TERMINATOR.clone();
  }

  @Override
  public RawEventStream toEvents(RawAnswer complete, CachedReplay replay) {
    return CompletionReplay.of(complete, replay);
  }

  @Override
  public RawAnswer toComplete(RawEventStream events) {
    return CompletionAssembly.of(events);
  }

  @Override
  public byte[] usageEvent(
      byte[] upstreamEvent, Usage usage, ByteString fairleadJson, String model) {
    return UsageEvents.event(CompletionReplay.OBJECT, upstreamEvent, usage, fairleadJson, model);
  }
}
