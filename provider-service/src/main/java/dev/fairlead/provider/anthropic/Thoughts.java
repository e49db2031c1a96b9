package dev.fairlead.provider.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.fairlead.v1.Reasoning;
import org.jspecify.annotations.Nullable;

/**
 * Thinking blocks in the contract's terms and back, byte for byte. A thought has a text and a
 * signature; one without text is either redacted (its payload stands in the signature's place) or
 * one whose text the vendor does not show. The latter's signature is marked, with a letter that no
 * base64 has, because only the vendor could tell them apart.
 */
public final class Thoughts {

  private static final String SHOWN_TO_NOBODY = "omitted:";

  private Thoughts() {}

  static ByteString redacted(String data) {
    return ByteString.copyFromUtf8(data);
  }

  /** A thought's signature, with a mark where its text is not shown. */
  public static ByteString signed(boolean hasText, String signature) {
    return ByteString.copyFromUtf8(hasText ? signature : SHOWN_TO_NOBODY + signature);
  }

  /** What {@link #signed} has marked, without the mark; null when it bears none. */
  public static @Nullable String ofHiddenText(String signature) {
    return signature.startsWith(SHOWN_TO_NOBODY)
        ? signature.substring(SHOWN_TO_NOBODY.length())
        : null;
  }

  /** Writes the block. False for a thought without signature, which was another vendor's. */
  static boolean write(Reasoning reasoning, ObjectNode into) {
    String signature = reasoning.getSignature().toStringUtf8();
    if (signature.isEmpty()) {
      return false;
    }
    String hidden = ofHiddenText(signature);
    if (!reasoning.getText().isEmpty()) {
      into.put("type", "thinking").put("thinking", reasoning.getText()).put("signature", signature);
    } else if (hidden != null) {
      into.put("type", "thinking").put("thinking", "").put("signature", hidden);
    } else {
      into.put("type", "redacted_thinking").put("data", signature);
    }
    return true;
  }
}
