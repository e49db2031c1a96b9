package dev.fairlead.provider.bedrock;

import com.google.protobuf.ByteString;
import dev.fairlead.provider.anthropic.Thoughts;
import dev.fairlead.v1.Reasoning;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.bedrockruntime.model.ReasoningContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ReasoningTextBlock;

/**
 * Converse's reasoning in the contract's terms and back. What is redacted are bytes there, which
 * clients can only keep as text: they travel as base64. A text that is shown to nobody is marked as
 * at Anthropic, whose models these are. Pure.
 */
final class ThoughtCodec {

  private ThoughtCodec() {}

  static ByteString signed(boolean hasText, @Nullable String signature) {
    return signature == null || signature.isEmpty()
        ? ByteString.EMPTY
        : Thoughts.signed(hasText, signature);
  }

  static ByteString redacted(SdkBytes payload) {
    return ByteString.copyFromUtf8(Base64.getEncoder().encodeToString(payload.asByteArrayUnsafe()));
  }

  static Reasoning reasoning(ReasoningContentBlock block) {
    Reasoning.Builder reasoning = Reasoning.newBuilder();
    ReasoningTextBlock told = block.reasoningText();
    if (told != null) {
      String text = told.text() == null ? "" : told.text();
      reasoning.setText(text).setSignature(signed(!text.isEmpty(), told.signature()));
    } else if (block.redactedContent() != null) {
      reasoning.setSignature(redacted(block.redactedContent()));
    }
    return reasoning.build();
  }

  /** The block; null for reasoning that was another vendor's, which would be refused. */
  static @Nullable ReasoningContentBlock block(Reasoning reasoning) {
    String signature = reasoning.getSignature().toStringUtf8();
    if (signature.isEmpty()) {
      return null;
    }
    String hidden = Thoughts.ofHiddenText(signature);
    if (!reasoning.getText().isEmpty() || hidden != null) {
      return ReasoningContentBlock.fromReasoningText(
          ReasoningTextBlock.builder()
              .text(reasoning.getText())
              .signature(hidden == null ? signature : hidden)
              .build());
    }
    try {
      return ReasoningContentBlock.fromRedactedContent(
          SdkBytes.fromByteArray(Base64.getDecoder().decode(signature)));
    } catch (IllegalArgumentException notBase64) {
      return null;
    }
  }
}
