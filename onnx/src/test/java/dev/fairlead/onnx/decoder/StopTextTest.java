package dev.fairlead.onnx.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StopTextTest {

  @Test
  void text_endsBeforeTheStop_howeverItIsCut() {
    String text = "one\ntwo\n\nthree";
    for (int first = 0; first <= text.length(); first++) {
      for (int second = first; second <= text.length(); second++) {
        StopText stop = new StopText(List.of("\n\n", "never", ""));
        String out =
            stop.append(text.substring(0, first))
                + stop.append(text.substring(first, second))
                + stop.append(text.substring(second));
        assertThat(out).isEqualTo("one\ntwo");
        assertThat(stop.found()).isEqualTo("\n\n");
        assertThat(stop.append("more") + stop.end()).isEmpty();
      }
    }
  }

  @Test
  void nothing_isLost_whenNoStopComes() {
    StopText stop = new StopText(List.of("aab", "b!"));
    StringBuilder out = new StringBuilder();
    for (char c : "aaaaab".substring(0, 5).toCharArray()) {
      out.append(stop.append(String.valueOf(c)));
    }
    assertThat(out.toString()).isEqualTo("aaa");
    assertThat(out + stop.end()).isEqualTo("aaaaa");
    assertThat(stop.found()).isNull();
  }

  @Test
  void earliest_counts_whenSeveralStopsAreThere() {
    StopText stop = new StopText(List.of("later", "now"));
    assertThat(stop.append("stop now or later")).isEqualTo("stop ");
    assertThat(stop.found()).isEqualTo("now");
  }
}
