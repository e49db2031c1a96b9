package dev.fairlead.provider.anthropic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.provider.sse.EventSequences;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That an event has the same meaning behind others as alone, where no comparison can help. */
class MessageScanRecurringTest {

  private static final String TEXT =
      "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"$\"}}";

  private static final List<String> EVENTS =
      List.of(
          TEXT,
          TEXT,
          TEXT,
          TEXT.replace("\"index\":0", "\"index\":1"),
          "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"$\"}}",
          "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"$\"}}",
          "{\"type\":\"content_block_delta\",\"delta\":{\"text\":\"$\",\"partial_json\":\"$\"}}",
          "{\"type\":\"content_block_delta\",\"delta\":{\"text\":\"$\"},\"usage\":{\"output_tokens\":4}}",
          "{\"type\":\"content_block_delta\",\"delta\":{\"text\":\"$\"},\"stop_reason\":\"end_turn\"}",
          "{\"type\":\"content_block_delta\",\"delta\":{\"text\":\"$\",\"stop_reason\":\"end_turn\"}}",
          "{\"type\":\"content_block_delta\",\"delta\":{\"text\":\"$\"},\"error\":{\"message\":\"$\"}}",
          "{\"type\":\"content_block_delta\",\"delta\":{\"text\":\"$\"},\"content\":[]}",
          "{\"type\":\"content_block_delta\",\"delta\":{\"text\":\"$\"},\"message\":{\"type\":\"$\"}}",
          "{\"delta\":{\"text\":\"$\"},\"type\":\"content_block_delta\"}",
          "{\"delta\":{\"text\":\"$\"},\"type\":\"other\"}",
          "{\"type\":\"ping\"}");

  /** What a document says; null where it is none. */
  private record Said(
      String type, boolean content, boolean blocks, boolean finished, @Nullable Object error) {}

  private static @Nullable Said said(MessageScan scan, byte[] event, int from, int to) {
    try {
      scan.read(event, from, to);
    } catch (IOException e) {
      return null;
    }
    return new Said(scan.type(), scan.content(), scan.blocks(), scan.finished(), scan.error());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void eventBehindOthers_saysWhatItSaysAlone(long seed) {
    for (List<byte[]> stream : EventSequences.random(seed, EVENTS)) {
      MessageScan whole = new MessageScan();
      boolean finished = false;
      StringBuilder text = new StringBuilder();
      for (byte[] event : stream) {
        MessageScan single = new MessageScan();
        Said alone = said(single, event, 0, event.length);
        byte[] inRead = new byte[event.length + 7];
        System.arraycopy(event, 0, inRead, 5, event.length);
        Said behind = said(whole, inRead, 5, 5 + event.length);
        if (alone == null) {
          assertThat(behind).as(new String(event, UTF_8)).isNull();
          break;
        }
        finished |= alone.finished();
        text.append(single.generated().text());
        assertThat(behind)
            .as(new String(event, UTF_8))
            .isEqualTo(
                new Said(alone.type(), alone.content(), alone.blocks(), finished, alone.error()));
        assertThat(whole.generated().text()).isEqualTo(text.toString());
      }
    }
  }
}
