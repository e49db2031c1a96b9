package dev.fairlead.provider.dialect;

import dev.fairlead.v1.ChatRequest;
import java.util.List;

/**
 * A client's request in the contract's terms.
 *
 * @param dropped paths of members that the contract has no place for and that an answer can do
 *     without, in the order of appearance
 */
public record DecodedRequest(ChatRequest request, List<String> dropped) {

  /** Copies. */
  public DecodedRequest {
    dropped = List.copyOf(dropped);
  }
}
