package dev.fairlead.provider.bedrock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.FinishReason;
import java.util.List;
import org.junit.jupiter.api.Test;
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

  @Test
  void stopSequence_isTheOnlyOneAsked_andNoneOfSeveral() {
    ChatDelta one = end(StopReason.STOP_SEQUENCE, "END");
    assertThat(one.getFinishReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(one.getStopSequence()).isEqualTo("END");
    assertThat(end(StopReason.STOP_SEQUENCE, "END", "STOP").hasStopSequence()).isFalse();
    assertThat(end(StopReason.END_TURN, "END").hasStopSequence()).isFalse();
  }
}
