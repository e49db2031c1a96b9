package dev.fairlead.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.provider.sse.EventSequences;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That an event has the same meaning behind others as alone, where no comparison can help. */
class AnswerScanRecurringTest {

  private static final List<String> EVENTS =
      List.of(
          "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"$\"},\"finish_reason\":null}]}",
          "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"$\"},\"finish_reason\":null}]}",
          "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"$\"},\"finish_reason\":null}]}",
          "{\"id\":\"c\",\"choices\":[{\"index\":1,\"delta\":{\"content\":\"$\"},\"finish_reason\":null}]}",
          "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"$\"},\"finish_reason\":\"stop\"}]}",
          "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"$\"}}],\"obfuscation\":\"$\"}",
          "{\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"$\"}}],\"obfuscation\":\"$\"}",
          "{\"choices\":[{\"delta\":{\"content\":\"$\"}},{\"index\":1,\"delta\":{\"content\":\"$\"}}]}",
          "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"$\",\"refusal\":null}}]}",
          "{\"choices\":[{\"delta\":{\"reasoning_content\":\"$\"}}]}",
          "{\"choices\":[{\"delta\":{\"content\":\"$\",\"reasoning\":\"$\"}}]}",
          "{\"choices\":[{\"delta\":{\"content\":\"$\",\"tool_calls\":[{\"function\":{\"arguments\":\"$\"}}]}}]}",
          "{\"choices\":[{\"delta\":{\"content\":\"$\"}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}",
          "{\"choices\":[{\"delta\":{\"content\":\"$\"}}],\"usage\":null}",
          "{\"choices\":[{\"delta\":{\"content\":\"$\"}}],\"error\":{\"message\":\"$\"}}",
          "{\"choices\":[{\"delta\":{\"content\":\"$\"}}],\"error\":\"$\"}",
          "{\"choices\":[{\"delta\":{\"content\":[\"$\"]}}]}",
          "{\"choices\":[{\"text\":\"$\",\"index\":0}]}",
          "{\"choices\":[{\"text\":\"$\",\"index\":0}]}",
          "{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}");

  /** What a document says; null where it is none. */
  private record Said(
      boolean content,
      boolean choices,
      boolean usageOnly,
      boolean finished,
      @Nullable Object usage,
      @Nullable Object error) {}

  private static @Nullable Said said(AnswerScan scan, byte[] event, int from, int to) {
    try {
      scan.read(event, from, to);
    } catch (IOException e) {
      return null;
    }
    return new Said(
        scan.content(),
        scan.choices(),
        scan.usageOnly(),
        scan.finished(),
        scan.usage(),
        scan.error());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void eventBehindOthers_saysWhatItSaysAlone(long seed) {
    for (List<byte[]> stream : EventSequences.random(seed, EVENTS)) {
      AnswerScan whole = new AnswerScan();
      boolean finished = false;
      @Nullable Object usage = null;
      StringBuilder text = new StringBuilder();
      for (byte[] event : stream) {
        AnswerScan single = new AnswerScan();
        Said alone = said(single, event, 0, event.length);
        byte[] inRead = new byte[event.length + 7];
        System.arraycopy(event, 0, inRead, 5, event.length);
        Said behind = said(whole, inRead, 5, 5 + event.length);
        if (alone == null) {
          assertThat(behind).as(new String(event, UTF_8)).isNull();
          break;
        }
        finished |= alone.finished();
        usage = alone.usage() == null ? usage : alone.usage();
        text.append(single.generated().text());
        assertThat(behind)
            .as(new String(event, UTF_8))
            .isEqualTo(
                new Said(
                    alone.content(),
                    alone.choices(),
                    alone.usageOnly(),
                    finished,
                    usage,
                    alone.error()));
        assertThat(whole.generated().text()).isEqualTo(text.toString());
      }
    }
  }
}
