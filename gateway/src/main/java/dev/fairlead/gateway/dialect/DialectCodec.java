package dev.fairlead.gateway.dialect;

import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.RawAnswer;
import dev.fairlead.v1.RawEventStream;
import dev.fairlead.v1.Usage;
import java.util.Map;

/**
 * One wire format of the edge. Pure, stateless and thread-safe; nothing blocks, so every method may
 * run on an event loop.
 */
public interface DialectCodec {

  /** The format. */
  Dialect dialect();

  /**
   * Validates a request body and finds in it what the gateway needs, in one pass over the bytes.
   *
   * @param body the whole body; kept, not copied, so it must not be changed afterwards
   * @throws dev.fairlead.common.failure.FailureException with an {@code InvalidRequest} that names
   *     the field
   */
  ScannedRequest scan(byte[] body);

  /** The HTTP status of an error answer, 400 to 599. */
  default int status(Failure failure) {
    return HttpFailures.of(failure).status();
  }

  /** Response headers that the format's clients look for beside the common ones; often none. */
  default Map<String, String> responseHeaders(String requestId) {
    return Map.of();
  }

  /**
   * Whether an upstream's error body in {@code other} reads the same as one of this format, so that
   * it can be quoted.
   */
  default boolean sharesErrorsWith(Dialect other) {
    return other == dialect();
  }

  /** The JSON body of an error answer, always valid whatever the texts hold. */
  byte[] error(Failure failure, String requestId);

  /** The event that ends a broken stream in band; no terminator follows it. */
  byte[] streamError(Failure failure, String requestId);

  /** What keeps a silent stream open without telling the client anything. */
  default byte[] keepAlive() {
    return DialectDefaults.COMMENT.clone();
  }

  /** What follows the last event of a complete stream, empty when the format has no such thing. */
  byte[] streamTerminator();

  /**
   * A stored complete answer as the events a live stream would have had.
   *
   * @throws dev.fairlead.common.failure.FailureException with {@code UpstreamMalformed} when it is
   *     not an answer of the format
   */
  RawEventStream toEvents(RawAnswer complete, CachedReplay replay);

  /**
   * Stored events as the complete answer they tell.
   *
   * @throws dev.fairlead.common.failure.FailureException with {@code UpstreamMalformed} when they
   *     are not events of the format
   */
  RawAnswer toComplete(RawEventStream events);

  /**
   * The event that tells the usage at the end of a stream.
   *
   * @param upstreamEvent the upstream's usage event, whose every field is kept; or any earlier
   *     event of the stream, whose id and time are then taken; or empty
   * @param usage the tokens, for when {@code upstreamEvent} does not tell them
   * @param fairleadJson a JSON object to put under {@code fairlead}; empty means none
   * @param model model name for an event that has none; empty means unknown
   */
  byte[] usageEvent(byte[] upstreamEvent, Usage usage, ByteString fairleadJson, String model);
}
