package dev.fairlead.gateway.feedback;

import com.google.protobuf.ByteString;
import dev.fairlead.gateway.quality.Expectation;
import dev.fairlead.v1.CacheScope;
import org.jspecify.annotations.Nullable;

/**
 * An answer that was given, as far as a rating needs to know.
 *
 * @param requestId id of its request
 * @param tenant owner of the request; nobody else may rate it
 * @param modelId catalogue id of the model that made it
 * @param prompt last user text; empty when it is too long to be remembered
 * @param expectation how good it should be; null when nothing is expected of it
 * @param scope of the cache entry it came from; null for a fresh answer
 * @param entryId of that entry; empty for a fresh answer
 * @param fingerprint of the request, as the cache knows it; empty for a fresh answer
 */
public record ServedAnswer(
    String requestId,
    String tenant,
    String modelId,
    String prompt,
    @Nullable Expectation expectation,
    @Nullable CacheScope scope,
    String entryId,
    ByteString fingerprint) {

  /** UTF-16 units of a prompt that is remembered; a longer one is not learned from. */
  public static final int MAX_PROMPT = 4_096;

  /** Keeps short prompts only. */
  public ServedAnswer {
    prompt = prompt.length() > MAX_PROMPT ? "" : prompt;
  }

  /** Without the prompt. */
  @Override
  public String toString() {
    return "ServedAnswer[" + requestId + ", " + modelId + "]";
  }
}
