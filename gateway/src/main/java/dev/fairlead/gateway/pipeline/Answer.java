package dev.fairlead.gateway.pipeline;

import com.google.protobuf.ByteString;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.RawAnswer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The end of an answer.
 *
 * @param raw the whole answer to a raw request that was not streamed, else null
 * @param chat the whole answer to a typed request that was not streamed, else null
 * @param usageEvent the upstream's usage event of a raw stream; empty when there is none
 * @param responseHeaders vendor headers that the client may see
 * @param servedEntry the cache entry that the answer came from; null for a fresh one
 */
public record Answer(
    AnswerHead head,
    Settlement settlement,
    @Nullable RawAnswer raw,
    @Nullable ChatResponse chat,
    ByteString usageEvent,
    Map<String, String> responseHeaders,
    @Nullable ServedEntry servedEntry) {

  /** Copies. */
  public Answer {
    responseHeaders = Map.copyOf(responseHeaders);
  }

  /** The same, of a request that has ended inside its limits or not. */
  Answer ended(boolean withinLimits) {
    return new Answer(
        head, settlement.ended(withinLimits), raw, chat, usageEvent, responseHeaders, servedEntry);
  }
}
