package dev.fairlead.provider.bedrock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.FinishReason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.bedrockruntime.model.StopReason;

class ConverseAnswerTest {

  private static ChatDelta end(StopReason reason, String... stops) {
    ConverseAnswer answer = new ConverseAnswer(List.of(stops));
    assertThat(answer.end()).isNull();
    answer.stop(reason);
    ChatDelta end = answer.end();
    assertThat(end).isNotNull();
    return end;
  }

  @ParameterizedTest
  @CsvSource({
    "END_TURN, STOP",
    "STOP_SEQUENCE, STOP",
    "TOOL_USE, TOOL_CALLS",
    "MAX_TOKENS, LENGTH",
    "MODEL_CONTEXT_WINDOW_EXCEEDED, LENGTH",
    "GUARDRAIL_INTERVENED, CONTENT_FILTER",
    "CONTENT_FILTERED, CONTENT_FILTER",
    "UNKNOWN_TO_SDK_VERSION, UNSPECIFIED"
  })
  void reason_isTheContracts(StopReason told, String expected) {
    assertThat(end(told).getFinishReason())
        .isEqualTo(FinishReason.valueOf("FINISH_REASON_" + expected));
  }

  @ParameterizedTest
  @EnumSource(
      value = StopReason.class,
      names = {"MALFORMED_MODEL_OUTPUT", "MALFORMED_TOOL_USE"})
  void answerOfAModelThatDidNotDoItsPart_hasNoReason(StopReason told) {
    assertThat(new ConverseAnswer(List.of()).stop(told)).isNull();
  }

  @Test
  void stopSequence_isTheOnlyOneAsked_andNoneOfSeveral() {
    ChatDelta one = end(StopReason.STOP_SEQUENCE, "END");
    assertThat(one.getFinishReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(one.getStopSequence()).isEqualTo("END");
    assertThat(end(StopReason.STOP_SEQUENCE, "END", "STOP").hasStopSequence()).isFalse();
    assertThat(end(StopReason.END_TURN, "END").hasStopSequence()).isFalse();
  }
}
