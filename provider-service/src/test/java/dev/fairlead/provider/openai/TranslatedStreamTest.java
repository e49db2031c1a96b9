package dev.fairlead.provider.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.provider.dialect.AnswerEncoder;
import dev.fairlead.provider.dialect.AnswerHead;
import dev.fairlead.provider.dialect.ClientDialect;
import dev.fairlead.provider.dialect.EventWriter;
import dev.fairlead.provider.sse.SseFramer;
import dev.fairlead.provider.sse.SseSink;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FinishReason;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A recorded stream of OpenAI's chat as clients of the other dialects see it. The files beside this
 * class were written for it by hand or read over line by line.
 */
class TranslatedStreamTest {

  private static String file(String name) {
    try (InputStream in = TranslatedStreamTest.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** What a client of the dialect sees when the stream arrives in the two parts. */
  private static String translated(Dialect dialect, byte[] upstream, int split) {
    StringBuilder seen = new StringBuilder();
    EventWriter writer =
        new EventWriter(dialect, events -> seen.append(events.getSse().toStringUtf8()));
    AnswerEncoder encoder =
        Objects.requireNonNull(ClientDialect.of(dialect))
            .encoder(new AnswerHead("up-1", 1_700_000_000, "abc"));
    ChunkCodec chunks = new ChunkCodec();
    SseFramer framer =
        new SseFramer(
            new SseSink() {
              @Override
              public void onEvent(
                  byte[] raw, int rawFrom, int rawTo, byte[] data, int dataFrom, int dataTo) {
                chunks.deltas(data, dataFrom, dataTo).forEach(d -> encoder.delta(d, writer));
                writer.flush();
              }

              @Override
              public void onDone() {}
            },
            1 << 20);
    framer.feed(Arrays.copyOfRange(upstream, 0, split), 0, split);
    int rest = upstream.length - split;
    framer.feed(Arrays.copyOfRange(upstream, split, upstream.length), 0, rest);
    framer.end();
    TokenUsage usage = new TokenUsage(40, 8, 0, 12, 5, false);
    encoder.end(usage, FinishReason.FINISH_REASON_TOOL_CALLS, writer);
    writer.flush();
    return seen.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "DIALECT_ANTHROPIC_MESSAGES, as-messages.sse",
    "DIALECT_OPENAI_RESPONSES, as-responses.sse",
    "DIALECT_OPENAI_COMPLETIONS, as-completions.sse",
    "DIALECT_OPENAI_CHAT, as-chat.sse"
  })
  void stream_isSeenInTheClientsDialect(Dialect dialect, String expected) {
    assertThat(translated(dialect, file("upstream-chat.sse").getBytes(UTF_8), 0))
        .isEqualTo(file(expected));
  }

  @Test
  void stream_isTheSame_whereverTheNetworkSplitsIt() {
    String lines = file("upstream-chat.sse");
    for (String upstream : new String[] {lines, lines.replace("\n", "\r\n")}) {
      byte[] bytes = upstream.getBytes(UTF_8);
      for (Dialect dialect :
          new Dialect[] {Dialect.DIALECT_ANTHROPIC_MESSAGES, Dialect.DIALECT_OPENAI_RESPONSES}) {
        String whole = translated(dialect, bytes, 0);
        for (int split = 1; split < bytes.length; split++) {
          assertThat(translated(dialect, bytes, split)).as("split at " + split).isEqualTo(whole);
        }
      }
    }
  }
}
