package dev.fairlead.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.Message;
import dev.fairlead.v1.ToolCall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageResponseCodecTest {

  private static Message decode(String content) throws IOException {
    byte[] json =
        ("{\"id\":\"m1\",\"content\":[" + content + "],\"stop_reason\":\"tool_use\"}")
            .getBytes(StandardCharsets.UTF_8);
    return MessageResponseCodec.decode(json, json.length).getChoices(0).getMessage();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{ \"n\" : 9007199254740993123, \"x\":-0.0 }",
        "{\"e\":1e400,\"u\":\"\\u00e4\\/\",\"deep\":[[{\"input\":{\"a\":1}}]]}",
        "[1, 2]",
        "\"text\\n\"",
        "-12.50",
        "null"
      })
  void argumentsOfATool_areTheVendorsOwnText(String input) throws IOException {
    Message message =
        decode(
            "{\"type\":\"text\",\"text\":\"\u00fcber\"},"
                + "{\"type\":\"server_tool_use\",\"input\":{\"q\":1}},"
                + "{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"f\",\"input\":"
                + " "
                + input
                + " },{\"type\":\"tool_use\",\"input\":{\"second\":true},\"id\":\"t2\",\"name\":\"g\"}");

    assertThat(message.getToolCallsList())
        .extracting(ToolCall::getArgumentsJson)
        .containsExactly(input, "{\"second\":true}");
    assertThat(message.getContent(0).getText()).isEqualTo("\u00fcber");
  }

  @Test
  void toolWithoutInput_hasNoArguments() throws IOException {
    assertThat(
            decode(
                    "{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\"},{\"type\":\"text\",\"input\":3}")
                .getToolCalls(0)
                .getArgumentsJson())
        .isEqualTo("{}");
  }

  @Test
  void stopSequence_isKept_inBothForms() throws IOException {
    byte[] whole =
        "{\"content\":[],\"stop_reason\":\"stop_sequence\",\"stop_sequence\":\"END\"}"
            .getBytes(StandardCharsets.UTF_8);
    Choice choice = MessageResponseCodec.decode(whole, whole.length).getChoices(0);
    assertThat(choice.getStopSequence()).isEqualTo("END");
    assertThat(choice.getFinishReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);

    byte[] event =
        ("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"stop_sequence\","
                + "\"stop_sequence\":\"END\"}}")
            .getBytes(StandardCharsets.UTF_8);
    assertThat(new MessageDeltas().of(event, 0, event.length))
        .containsExactly(
            ChatDelta.newBuilder()
                .setFinishReason(FinishReason.FINISH_REASON_STOP)
                .setStopSequence("END")
                .build());
  }
}
