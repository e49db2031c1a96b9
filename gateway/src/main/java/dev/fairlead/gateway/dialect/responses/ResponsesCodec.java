package dev.fairlead.gateway.dialect.responses;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.gateway.dialect.CachedReplay;
import dev.fairlead.gateway.dialect.HttpFailure;
import dev.fairlead.gateway.dialect.HttpFailures;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.ScannedRequest;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.gateway.dialect.openai.OpenAiFamilyCodec;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEventStream;
import dev.fairlead.v1.Usage;

/** OpenAI Responses without state. Stateless and thread-safe. */
public final class ResponsesCodec extends OpenAiFamilyCodec {

  private static final byte[] NOTHING = {};

  private final ScanLimits limits;

  /** A codec that refuses what exceeds the limits. */
  public ResponsesCodec(ScanLimits limits) {
    super(Dialect.DIALECT_OPENAI_RESPONSES);
    this.limits = limits;
  }

  @Override
  public ScannedRequest scan(byte[] body) {
    return ResponsesRequestScan.of(body, limits);
  }

  /**
   * The format's own error event. Where it stands in the sequence is not known here, so its number
   * is the largest: clients that order by it keep it last.
   */
  @Override
  public byte[] streamError(Failure failure, String requestId) {
    HttpFailure http = HttpFailures.of(failure);
    ObjectNode event = AnswerJson.object();
    event.put("type", "error");
    event.put("code", http.code());
    event.put("message", failure.message());
    event.put("param", http.param());
    event.put("sequence_number", Integer.MAX_VALUE);
    event.put("request_id", requestId);
    return AnswerJson.event("error", event);
  }

  /** Nothing: {@code response.completed} ends a stream. */
  @Override
  public byte[] streamTerminator() {
    return NOTHING;
  }

  @Override
  public RawEventStream toEvents(RawAnswer complete, CachedReplay replay) {
    return ResponseReplay.of(complete, replay);
  }

  @Override
  public RawAnswer toComplete(RawEventStream events) {
    return ResponseAssembly.of(events);
  }

  /** Empty: the format tells its usage in {@code response.completed}. */
  @Override
  public byte[] usageEvent(
      byte[] upstreamEvent, Usage usage, ByteString fairleadJson, String model) {
    return NOTHING;
  }
}
