package dev.fairlead.gateway.dialect.openai;

import dev.fairlead.gateway.dialect.ScannedRequest;
import java.util.List;
import java.util.OptionalInt;

/**
 * A validated embeddings request.
 *
 * @param request the request as every other one; its digest covers the inputs, and its last user
 *     text is empty
 * @param inputs the texts, 1 to 2048, none empty
 * @param base64 whether vectors are to be told as base64 of little-endian floats
 * @param dimensions length of vector asked for; empty means the model's own
 */
public record ScannedEmbeddings(
    ScannedRequest request, List<String> inputs, boolean base64, OptionalInt dimensions) {

  /** Copies the inputs. */
  public ScannedEmbeddings {
    inputs = List.copyOf(inputs);
  }
}
