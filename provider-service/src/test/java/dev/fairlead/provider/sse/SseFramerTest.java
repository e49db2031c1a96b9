package dev.fairlead.provider.sse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SseFramerTest {

  private static final class Found implements SseSink {
    final List<String> raw = new ArrayList<>();
    final List<String> data = new ArrayList<>();
    boolean done;

    @Override
    public void onEvent(
        byte[] bytes, int rawFrom, int rawTo, byte[] dataBytes, int dataFrom, int dataTo) {
      raw.add(new String(bytes, rawFrom, rawTo - rawFrom, StandardCharsets.UTF_8));
      data.add(new String(dataBytes, dataFrom, dataTo - dataFrom, StandardCharsets.UTF_8));
    }

    @Override
    public void onDone() {
      done = true;
    }
  }

  private static Found frame(String text, int... cuts) {
    Found found = new Found();
    SseFramer framer = new SseFramer(found, 1 << 20);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int from = 0;
    for (int cut : cuts) {
      framer.feed(java.util.Arrays.copyOfRange(bytes, from, cut), 0, cut - from);
      from = cut;
    }
    framer.feed(java.util.Arrays.copyOfRange(bytes, from, bytes.length), 0, bytes.length - from);
    framer.end();
    return found;
  }

  private static final List<String> TEXTS =
      List.of(
          "data: {\"a\":1}\n\ndata: {\"b\":\"é🚢\"}\n\ndata: [DONE]\n\ndata: late\n\n",
          "data: {\"a\":1}\r\n\r\n"
              + "data: {\"b\":\"é🚢\"}\r\n\r\n"
              + "data: [DONE]\r\n\r\n"
              + "data: late\r\n\r\n",
          "data: {\"a\":1}\r\rdata: {\"b\":\"é🚢\"}\r\rdata: [DONE]\r\r",
          ": hello\n\n"
              + "data:{\"a\":1}\n"
              + ": between\n\n\n\n"
              + "id: 7\n"
              + "data: {\"b\":\"é🚢\"}\n\n"
              + "data: [DONE]",
          "\uFEFFdata: {\"a\":1}\n\nevent: x\ndata: {\"b\":\"é🚢\"}");

  @Test
  void events_areTheSame_whereverReadsEnd() {
    for (String text : TEXTS) {
      int length = text.getBytes(StandardCharsets.UTF_8).length;
      for (int first = 0; first <= length; first++) {
        for (int second = first; second <= length; second += 3) {
          Found found = frame(text, first, second);
          assertThat(found.data)
              .as("%s cut at %d, %d", text, first, second)
              .containsExactly("{\"a\":1}", "{\"b\":\"é🚢\"}");
          assertThat(found.done).isEqualTo(text.contains("[DONE]"));
        }
      }
    }
  }

  @Test
  void rawEvents_areUnchanged_whenTheyArePlain() {
    String event = "event: x\nid:1\ndata: {\"a\": 1}\n\n";
    assertThat(frame(event + event).raw).containsExactly(event, event);
  }

  @Test
  void rawEvents_areWrittenWithLineFeeds_whenTheyWereNot() {
    assertThat(frame(":c\r\nevent: x\r\ndata: 1\r\n\r\n").raw)
        .containsExactly("event: x\ndata: 1\n\n");
    assertThat(frame("data: 1").raw).containsExactly("data: 1\n\n");
  }

  @Test
  void dataLines_areJoined_whenThereAreSeveral() {
    Found found = frame("data: {\ndata:\ndata: }\n\n");
    assertThat(found.data).containsExactly("{\n\n}");
    assertThat(found.raw).containsExactly("data: {\ndata:\ndata: }\n\n");
  }

  @Test
  void similarFieldNames_areNotData() {
    assertThat(frame("database: 1\n\ndata: 2\n\n").data).containsExactly("2");
  }

  @Test
  void event_isRefused_whenItIsTooLong() {
    SseFramer framer = new SseFramer(new Found(), 100);
    byte[] piece =
        "data: 0123456789012345678901234567890123456789".getBytes(StandardCharsets.UTF_8);
    assertThat(framer.feed(piece, 0, piece.length)).isTrue();
    assertThat(framer.feed(piece, 0, piece.length)).isTrue();
    assertThat(framer.feed(piece, 0, piece.length)).isFalse();
  }

  @Test
  void fiveMegabyteEvent_isWhole_whenItComesInSmallReads() {
    String payload = "x".repeat(5_000_000);
    Found found = new Found();
    SseFramer framer = new SseFramer(found, 6_000_000);
    byte[] bytes = ("data: " + payload + "\n\n").getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i += 16_384) {
      int end = Math.min(bytes.length, i + 16_384);
      assertThat(framer.feed(bytes, i, end)).isTrue();
    }
    assertThat(found.data.getFirst()).hasSize(payload.length());
  }
}
