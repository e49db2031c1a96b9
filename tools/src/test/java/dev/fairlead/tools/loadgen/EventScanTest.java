package dev.fairlead.tools.loadgen;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventScanTest {

  private static final byte[] STREAM =
      """
      : keep-alive

      data: {"choices":[{"delta":{"role":"assistant","content":""}}]}

      data: {"choices":[{"delta":{"content":"d\u00e9j\u00e0 \\"error\\": \\"content\\": \\"x\\""}}]}

      data:{"choices":[{"delta":{"content" : "b"},"finish_reason":"stop"}]}

      data: {"choices":[],"usage":null,"fairlead":{"cost_usd":0.5}}

      data: [DONE]

      """
          .getBytes(UTF_8);

  private final AtomicInteger texts = new AtomicInteger();
  private final EventScan scan = new EventScan(texts::incrementAndGet);

  @Test
  void events_areTheSame_whereverTheBytesAreSplit() {
    for (int at = 0; at <= STREAM.length; at++) {
      AtomicInteger count = new AtomicInteger();
      EventScan split = new EventScan(count::incrementAndGet);
      split.accept(Arrays.copyOfRange(STREAM, 0, at));
      split.accept(Arrays.copyOfRange(STREAM, at, STREAM.length));

      assertThat(count).as("split at %d", at).hasValue(2);
      assertThat(split.done()).isTrue();
      assertThat(split.failed()).isFalse();
      assertThat(split.facts().path("cost_usd").asDouble()).isEqualTo(0.5);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}",
        "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0}]}}]}",
      })
  void otherText_countsAsText(String event) {
    feed(event);
    assertThat(texts).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}",
        "{\"choices\":[{\"delta\":{\"content\":null}}],\"error\":null}",
        "{\"choices\":[{\"delta\":{\"content\":",
      })
  void event_isNoText_whenItCarriesNone(String event) {
    feed(event);
    assertThat(texts).hasValue(0);
    assertThat(scan.failed()).isFalse();
  }

  @Test
  void error_isSeen_whetherItsEventIsWholeOrNot() {
    feed("{\"error\":{\"message\":\"x\"}}");
    assertThat(scan.failed()).isTrue();
    EventScan second = new EventScan(() -> {});
    second.accept("data: {\"error\":{\n".getBytes(UTF_8));
    assertThat(second.failed()).isTrue();
    assertThat(second.done()).isFalse();
  }

  private void feed(String event) {
    scan.accept(("data: " + event + "\r\n\r\n").getBytes(UTF_8));
  }
}
