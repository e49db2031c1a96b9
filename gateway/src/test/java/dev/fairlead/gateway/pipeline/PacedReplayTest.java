package dev.fairlead.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;

class PacedReplayTest {

  private static List<String> events(String sse) {
    return PacedReplay.events(ByteString.copyFromUtf8(sse)).stream()
        .map(piece -> ((StreamPiece.Events) piece).sse().toStringUtf8())
        .toList();
  }

  @Test
  void events_areCutAtEmptyLines_andNothingIsLost() {
    assertThat(events("event: a\ndata: 1\n\ndata: 2\n\ndata: 3"))
        .containsExactly("event: a\ndata: 1\n\n", "data: 2\n\n", "data: 3");
    assertThat(events("data: 1\r\n\r\ndata: 2\r\n\r\n"))
        .containsExactly("data: 1\r\n\r\n", "data: 2\r\n\r\n");
    assertThat(events("")).isEmpty();
    assertThat(String.join("", events("data: 1\n\n\ndata: é\n\n")))
        .isEqualTo("data: 1\n\n\ndata: é\n\n");
  }
}
