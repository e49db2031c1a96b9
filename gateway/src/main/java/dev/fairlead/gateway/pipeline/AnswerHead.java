package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.routing.Decision;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an answer when it begins.
 *
 * @param modelId catalogue id of the model that answers
 * @param policy label of what decided
 * @param reason label of why
 * @param similarity of a semantic hit, else empty
 * @param ageSeconds how long ago a stored answer was stored, 0 or more; empty for any other
 * @param attempts tries so far, the running one included; 0 for a hit
 * @param overheadNanos time since the request's arrival that was not spent at the upstream
 * @param decision the routing decision; null for a hit
 * @param droppedFields paths of the request's members that the model's vendor could not be told
 * @param settled what the answer takes, of a hit, where that is known when it begins; else null
 * @param vendorHeaders those of a streamed answer that the client may see, lower-case names
 */
public record AnswerHead(
    String requestId,
    String modelId,
    String policy,
    String reason,
    OptionalDouble complexity,
    CacheUse cache,
    OptionalDouble similarity,
    OptionalLong ageSeconds,
    int attempts,
    long overheadNanos,
    @Nullable Decision decision,
    List<String> droppedFields,
    @Nullable Settlement settled,
    Map<String, String> vendorHeaders) {

  /** Copies. */
  public AnswerHead {
    droppedFields = List.copyOf(droppedFields);
    vendorHeaders = Map.copyOf(vendorHeaders);
  }
}
