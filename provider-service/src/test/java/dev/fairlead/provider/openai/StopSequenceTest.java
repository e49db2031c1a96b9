package dev.fairlead.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.v1.Choice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a server says of the stop sequence: vLLM in stop_reason, others nothing. */
class StopSequenceTest {

  private static Choice decode(String stopReason) throws IOException {
    byte[] json =
        ("{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hi\"},"
                + "\"finish_reason\":\"stop\""
                + stopReason
                + "}]}")
            .getBytes(StandardCharsets.UTF_8);
    return ChatResponseCodec.decode(json, json.length).getChoices(0);
  }

  @Test
  void stopSequence_isTheServersText_andNoTokensId() throws IOException {
    assertThat(decode(",\"stop_reason\":\"END\"").getStopSequence()).isEqualTo("END");
    assertThat(decode(",\"stop_reason\":128009").hasStopSequence()).isFalse();
    assertThat(decode(",\"stop_reason\":null").hasStopSequence()).isFalse();
    assertThat(decode("").hasStopSequence()).isFalse();
  }
}
