package dev.fairlead.provider.dialect;

import dev.fairlead.v1.FieldSpan;
import dev.fairlead.v1.RawRequest;
import org.jspecify.annotations.Nullable;

/**
 * What every part of an answer repeats.
 *
 * @param model the model's name as its vendor has it
 * @param createdEpochSeconds when it was made, for an answer that does not say so itself
 * @param uniqueId letters and digits that no other answer has; ids are made of it
 * @param request what is answered, for what an answer repeats of it
 */
public record AnswerHead(
    String model, long createdEpochSeconds, String uniqueId, RawRequest request) {

  /** Of an answer that repeats nothing of its request. */
  public AnswerHead(String model, long createdEpochSeconds, String uniqueId) {
    this(model, createdEpochSeconds, uniqueId, RawRequest.getDefaultInstance());
  }

  /** A member of the request as the client wrote it; null where it is absent or null. */
  @Nullable String asked(String member) {
    for (FieldSpan span : request.getFieldsList()) {
      if (span.getName().equals(member)) {
        String value =
            request.getBody().substring(span.getValueStart(), span.getValueEnd()).toStringUtf8();
        return value.equals("null") ? null : value;
      }
    }
    return null;
  }
}
