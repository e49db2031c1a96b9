package dev.fairlead.gateway.dialect.openai;

import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.CachedReplay;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.ScannedRequest;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEventStream;
import dev.fairlead.v1.Usage;

/** OpenAI's legacy Completions. Stateless and thread-safe. */
public final class OpenAiCompletionsCodec extends OpenAiFamilyCodec {

  private final ScanLimits limits;

  /** A codec that refuses what exceeds the limits. */
  public OpenAiCompletionsCodec(ScanLimits limits) {
    super(Dialect.DIALECT_OPENAI_COMPLETIONS);
    this.limits = limits;
  }

  @Override
  public ScannedRequest scan(byte[] body) {
    return CompletionRequestScan.of(body, limits);
  }

  @Override
  public byte[] streamError(Failure failure, String requestId) {
    return OpenAiErrors.completionEvent(failure, requestId);
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
