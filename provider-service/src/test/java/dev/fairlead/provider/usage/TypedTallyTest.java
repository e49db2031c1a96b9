package dev.fairlead.provider.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.provider.testkit.TypedCalls;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ChatResponse;
import dev.fairlead.v1.Choice;
import dev.fairlead.v1.FinishReason;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypedTallyTest {

  private static FinishReason finish(TypedTally tally) {
    return tally
        .completion(TypedCalls.call("m", TypedCalls.request("q"), false), null, Map.of())
        .finishReason();
  }

  @ParameterizedTest
  @CsvSource({
    "STOP, STOP, STOP",
    "STOP, LENGTH, LENGTH",
    "LENGTH, STOP, LENGTH",
    "STOP, REFUSAL, REFUSAL",
    "STOP, TOOL_CALLS, TOOL_CALLS",
    "STOP, UNSPECIFIED, UNSPECIFIED"
  })
  void d5_finish_isTheWorstOfAllChoices(String first, String second, String expected) {
    TypedTally streamed = new TypedTally();
    ChatResponse.Builder response = ChatResponse.newBuilder();
    int index = 0;
    for (String said : new String[] {first, second}) {
      FinishReason reason = FinishReason.valueOf("FINISH_REASON_" + said);
      streamed.add(ChatDelta.newBuilder().setChoiceIndex(index).setFinishReason(reason).build());
      response.addChoices(Choice.newBuilder().setIndex(index++).setFinishReason(reason));
    }
    TypedTally whole = new TypedTally();
    whole.add(response.build());
    FinishReason worst = FinishReason.valueOf("FINISH_REASON_" + expected);
    assertThat(finish(streamed)).isEqualTo(worst);
    assertThat(finish(whole)).isEqualTo(worst);
  }
}
