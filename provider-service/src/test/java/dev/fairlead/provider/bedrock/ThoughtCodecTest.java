package dev.fairlead.provider.bedrock;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.Reasoning;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlockDelta;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlockDeltaEvent;
import software.amazon.awssdk.services.bedrockruntime.model.ReasoningContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ReasoningContentBlockDelta;

/** Thoughts that went to a client, which keeps their payload as text, and come back from it. */
class ThoughtCodecTest {

  static List<ReasoningContentBlock> blocks() {
    return List.of(
        ReasoningContentBlock.fromReasoningText(t -> t.text("hm").signature("c2ln")),
        ReasoningContentBlock.fromReasoningText(t -> t.text("").signature("c2ln")),
        ReasoningContentBlock.fromRedactedContent(SdkBytes.fromUtf8String("text")),
        ReasoningContentBlock.fromRedactedContent(
            SdkBytes.fromByteArray(new byte[] {(byte) 0xff, 0, (byte) 0xc3, '"', (byte) 0x80})));
  }

  private static ReasoningContentBlock back(String text, ByteString signature) {
    ByteString kept = ByteString.copyFromUtf8(signature.toStringUtf8());
    Reasoning reasoning = Reasoning.newBuilder().setText(text).setSignature(kept).build();
    ReasoningContentBlock block = ThoughtCodec.block(reasoning);
    assertThat(block).isNotNull();
    return block;
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void thought_comesBackAsItWas_fromWholeAnswers(ReasoningContentBlock block) {
    Reasoning reasoning = ThoughtCodec.reasoning(block);
    assertThat(back(reasoning.getText(), reasoning.getSignature())).isEqualTo(block);
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void thought_comesBackAsItWas_fromStreams(ReasoningContentBlock block) {
    ConverseAnswer answer = new ConverseAnswer(List.of());
    StringBuilder text = new StringBuilder();
    ByteString signature = ByteString.EMPTY;
    for (ReasoningContentBlockDelta piece : pieces(block)) {
      ContentBlockDelta delta = ContentBlockDelta.fromReasoningContent(piece);
      for (ChatDelta told :
          answer.deltas(
              ContentBlockDeltaEvent.builder().contentBlockIndex(3).delta(delta).build())) {
        text.append(told.getReasoning());
        signature = signature.concat(told.getReasoningSignature());
      }
    }
    assertThat(back(text.toString(), signature)).isEqualTo(block);
  }

  private static List<ReasoningContentBlockDelta> pieces(ReasoningContentBlock block) {
    return block.redactedContent() != null
        ? List.of(ReasoningContentBlockDelta.fromRedactedContent(block.redactedContent()))
        : List.of(
            ReasoningContentBlockDelta.fromText(block.reasoningText().text()),
            ReasoningContentBlockDelta.fromSignature(block.reasoningText().signature()));
  }
}
