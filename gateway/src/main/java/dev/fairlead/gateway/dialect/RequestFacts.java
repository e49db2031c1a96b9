package dev.fairlead.gateway.dialect;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.Capability;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What routing, cache and limits need to know of a request, whichever form it came in. Immutable.
 *
 * @param model the name asked for, {@code auto} when absent; not checked against any catalogue
 * @param stream whether the answer is to be streamed
 * @param maxOutputTokens most output tokens of one choice, at least 1; empty means the model's own
 *     maximum
 * @param choiceCount how many choices are asked for, at least 1
 * @param needs what a model must be able to do to serve it
 * @param lastUserText the text of the last user turn, its parts joined by a line feed; empty when
 *     there is none
 * @param semanticEligible whether a semantic cache hit could stand for an answer: text only, one
 *     choice, no tools, and the last message is the user's
 * @param promptCharacters characters of all text that the model will read, tools and schemas
 *     included; files and images as the text that takes about as many tokens
 * @param user the client's id of its end user; null when absent
 * @param scopeDigest SHA-256, 32 bytes, over everything that changes the answer except the model
 *     and the last user text
 * @param keepable whether the answer may be kept for others; false when a chat says {@code store:
 *     false}. It may be answered from what was kept before
 */
public record RequestFacts(
    String model,
    boolean stream,
    OptionalInt maxOutputTokens,
    int choiceCount,
    Set<Capability> needs,
    String lastUserText,
    boolean semanticEligible,
    long promptCharacters,
    @Nullable String user,
    ByteString scopeDigest,
    boolean keepable) {

  /** The model name of a request that names none. */
  public static final String AUTO = "auto";

  private static final int DIGEST_BYTES = 32;

  /** Checks ranges and copies. */
  public RequestFacts {
    needs = Set.copyOf(needs);
    if (choiceCount < 1) {
      throw new IllegalArgumentException("choiceCount: " + choiceCount + " (expected: 1 or more)");
    }
    if (scopeDigest.size() != DIGEST_BYTES) {
      throw new IllegalArgumentException(
          "scopeDigest: " + scopeDigest.size() + " bytes (expected: 32)");
    }
  }
}
