package dev.fairlead.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.v1.FinishReason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FinishReasonsTest {

  @ParameterizedTest
  @CsvSource({
    "stop, STOP",
    "length, LENGTH",
    "tool_calls, TOOL_CALLS",
    "function_call, TOOL_CALLS",
    "content_filter, CONTENT_FILTER",
    "model_length, LENGTH",
    "error, LENGTH",
    "insufficient_system_resource, LENGTH",
    "Stop, UNSPECIFIED"
  })
  void reason_isTheContracts_andAnUnknownOneIsNotMadeUp(String told, String expected) {
    assertThat(FinishReasons.of(told)).isEqualTo(FinishReason.valueOf("FINISH_REASON_" + expected));
  }
}
