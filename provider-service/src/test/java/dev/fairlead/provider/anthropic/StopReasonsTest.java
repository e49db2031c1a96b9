package dev.fairlead.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.v1.FinishReason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StopReasonsTest {

  @ParameterizedTest
  @CsvSource({
    "end_turn, STOP",
    "stop_sequence, STOP",
    "max_tokens, LENGTH",
    "model_context_window_exceeded, LENGTH",
    "tool_use, TOOL_CALLS",
    "refusal, REFUSAL",
    "pause_turn, UNSPECIFIED"
  })
  void reason_isTheContracts_andAnUnknownOneIsNotMadeUp(String told, String expected) {
    assertThat(StopReasons.of(told)).isEqualTo(FinishReason.valueOf("FINISH_REASON_" + expected));
  }
}
