package dev.fairlead.provider.sse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Streams of any bytes, cut anywhere: the events are those that the standard's own steps give, read
 * off line by line. Bytes are told apart as ISO 8859-1, of which every byte is a character.
 */
class SseFramerFuzzTest {

  private static final int ROUNDS = 6_000;
  private static final int LONGEST = 200;
  private static final List<String> TOKENS =
      List.of(
          "data: ",
          "data:",
          "data",
          "data:  ",
          "datadata: ",
          "Data: ",
          "event: x",
          "event:",
          "id: 7",
          "retry: 1",
          ":",
          ": keep-alive",
          "[DONE]",
          "[DONE] ",
          " [DONE]",
          "{\"a\":1}",
          "\n",
          "\n",
          "\n\n",
          "\r",
          "\r\n",
          "\r\n",
          "\r\n\r\n",
          "\r\r",
          "\u00EF\u00BB\u00BF",
          "\u00EF\u00BB",
          "\u0000",
          "\u00FF",
          "\u00E2\u0080\u00A8",
          " ");

  /** What came out, with a raw event and its data one behind the other. */
  private static final class Events implements SseSink {
    private final List<String> data = new ArrayList<>();
    private final List<String> raw = new ArrayList<>();
    private boolean done;

    @Override
    public void onEvent(
        byte[] bytes, int rawFrom, int rawTo, byte[] dataBytes, int dataFrom, int dataTo) {
      assertThat(done).isFalse();
      raw.add(new String(bytes, rawFrom, rawTo - rawFrom, ISO_8859_1));
      data.add(new String(dataBytes, dataFrom, dataTo - dataFrom, ISO_8859_1));
    }

    @Override
    public void onDone() {
      assertThat(done).isFalse();
      done = true;
    }
  }

  /** The same by the steps of the standard, section 9.2.6, over the whole text. */
  private static final class Expected {
    private final List<String> data = new ArrayList<>();
    private boolean done;

    private Expected(String text) {
      String rest = text.startsWith("\u00EF\u00BB\u00BF") ? text.substring(3) : text;
      List<String> lines = new ArrayList<>();
      // The framer lets an event end with the input, which the standard would drop.
      for (String line : (rest + "\n\n").split("\r\n|\r|\n", -1)) {
        if (done) {
          return;
        }
        if (line.isEmpty()) {
          dispatch(lines);
          lines.clear();
        } else if (line.equals("data")) {
          lines.add("");
        } else if (line.startsWith("data:")) {
          lines.add(line.substring(line.startsWith("data: ") ? 6 : 5));
        }
      }
    }

    private void dispatch(List<String> lines) {
      String joined = String.join("\n", lines);
      if (joined.replaceAll(" +$", "").equals("[DONE]")) {
        done = true;
      } else if (!lines.isEmpty()) {
        data.add(joined);
      }
    }
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int left = 1 + random.nextInt(30); left > 0; left--) {
      text.append(TOKENS.get(random.nextInt(TOKENS.size())));
    }
    return text.toString();
  }

  private static Events framed(String text, Random random, int mostAtOnce) {
    Events events = new Events();
    SseFramer framer = new SseFramer(events, LONGEST * 100);
    byte[] bytes = text.getBytes(ISO_8859_1);
    int from = 0;
    while (from < bytes.length) {
      int to = Math.min(bytes.length, from + 1 + random.nextInt(mostAtOnce));
      int before = random.nextInt(3);
      byte[] read = new byte[before + to - from + random.nextInt(3)];
      System.arraycopy(bytes, from, read, before, to - from);
      assertThat(framer.feed(read, before, before + to - from)).isTrue();
      from = to;
    }
    framer.end();
    assertThat(framer.done()).isEqualTo(events.done);
    return events;
  }

  private static void agrees(String text, Random random) {
    Expected expected = new Expected(text);
    for (int mostAtOnce : new int[] {1, 3, 20, 1000}) {
      Events events = framed(text, random, mostAtOnce);
      assertThat(events.data).as(() -> shown(text)).isEqualTo(expected.data);
      assertThat(events.done).as(() -> shown(text)).isEqualTo(expected.done);
      for (int i = 0; i < events.raw.size(); i++) {
        String raw = events.raw.get(i);
        assertThat(raw).as(() -> shown(text)).endsWith("\n\n").doesNotContain("\r");
        // Behind another line, so that a mark at its beginning is what it was: a part of a name.
        assertThat(new Expected("\n" + raw).data)
            .as(() -> shown(text))
            .containsExactly(events.data.get(i));
      }
    }
  }

  private static String shown(String text) {
    return text.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 20, 300})
  void events_areThoseOfTheStandard_whateverTheBytesAndReads(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < ROUNDS; i++) {
      agrees(text(random), random);
    }
  }

  /** What once came out wrong, and what is easily got wrong. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mark-in-pieces.sse",
        "mark-only.sse",
        "mark-in-later-event.sse",
        "carriage-return-last.sse",
        "done-in-two-lines.sse",
        "data-without-colon.sse",
        "blank-lines-between-returns.sse",
      })
  void knownStreams_areRead_howeverTheyAreCut(String name) throws IOException {
    String path = "/fuzz/events/" + name;
    try (InputStream file = SseFramerFuzzTest.class.getResourceAsStream(path)) {
      String text = new String(file.readAllBytes(), ISO_8859_1);
      Random random = new Random(7);
      for (int i = 0; i < 200; i++) {
        agrees(text, random);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 50})
  void memory_isBounded_whateverTheBytes(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < ROUNDS / 10; i++) {
      SseFramer framer = new SseFramer(new Events(), LONGEST);
      byte[] endless = new byte[LONGEST];
      Arrays.fill(endless, (byte) ('a' + random.nextInt(26)));
      byte[] beginning = text(random).getBytes(ISO_8859_1);
      framer.feed(beginning, 0, beginning.length);
      boolean goesOn = framer.feed(endless, 0, endless.length);
      goesOn = goesOn && framer.feed(endless, 0, endless.length);
      assertThat(goesOn).isEqualTo(framer.done());
    }
  }
}
