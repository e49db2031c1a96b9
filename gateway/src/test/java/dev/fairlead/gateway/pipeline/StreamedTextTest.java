package dev.fairlead.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ToolCallDelta;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamedTextTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"said\"}}]}|said",
        "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"arguments\":\"said\"}}]}}]}|said",
        "{\"choices\":[{\"text\":\"said\"}]}|said",
        "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"said\"}}|said",
        "{\"type\":\"content_block_delta\",\"delta\":{\"partial_json\":\"said\"}}|said",
        "{\"type\":\"response.output_text.delta\",\"delta\":\"said\"}|said",
        "{\"choices\":[{\"delta\":{\"content\":\"said\"|''",
        "[DONE]|''",
      })
  void text_isFound_inEveryFormat(String json, String text) {
    ByteString sse = ByteString.copyFromUtf8("event: x\ndata: " + json + "\n\n");
    assertThat(StreamedText.of(sse)).isEqualTo(text);
  }

  @Test
  void text_isJoined_overEventsAndPieces() {
    ByteString sse =
        ByteString.copyFromUtf8(
            "data: {\"text\":\"one \"}\n\n: keep-alive\n\ndata: {\"text\":\"two\"}\n\n");
    assertThat(StreamedText.of(sse)).isEqualTo("one two");
    List<ChatDelta> deltas =
        List.of(
            ChatDelta.newBuilder().setText("one ").build(),
            ChatDelta.newBuilder()
                .setToolCall(ToolCallDelta.newBuilder().setArgumentsJson("{}"))
                .build());
    assertThat(StreamedText.of(deltas)).isEqualTo("one {}");
  }
}
