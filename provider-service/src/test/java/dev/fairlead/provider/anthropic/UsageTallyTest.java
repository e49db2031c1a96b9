package dev.fairlead.provider.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fairlead.catalog.TokenUsage;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class UsageTallyTest {

  private static final String COMPACTION =
      "{\"type\":\"compaction\",\"input_tokens\":180000,\"output_tokens\":3500,"
          + "\"cache_creation\":{\"ephemeral_5m_input_tokens\":7}}";
  private static final String MESSAGE =
      "{\"type\":\"message\",\"input_tokens\":23000,\"output_tokens\":1000}";

  private final UsageTally tally = new UsageTally();

  private void read(String json) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      parser.nextToken();
      tally.read(parser);
      assertThat(parser.currentToken()).isEqualTo(JsonToken.END_OBJECT);
    }
  }

  private static String usage(String iterations) {
    return "{\"input_tokens\":23000,\"iterations\":" + iterations + ",\"output_tokens\":1000}";
  }

  @Test
  void compaction_isAddedToWhatTheMessageTook() throws IOException {
    read(usage("[" + COMPACTION + "," + MESSAGE + "]"));
    assertThat(tally.reported()).isEqualTo(TokenUsage.of(203_000, 4500));
  }

  @Test
  void compaction_countsOnce_whenALaterObjectTellsItAgain() throws IOException {
    read(usage("[" + COMPACTION + "]"));
    read(usage("[" + COMPACTION + ",null,[1]," + COMPACTION + "," + MESSAGE + "]"));
    read("{\"output_tokens\":1200}");
    assertThat(tally.reported()).isEqualTo(TokenUsage.of(383_000, 8200));
    assertThat(tally.withOutput(2000)).isEqualTo(new TokenUsage(383_000, 0, 0, 9000, 0, true));
  }

  @Test
  void otherIterations_areInTheSumsAlready() throws IOException {
    read(usage("[" + MESSAGE + "]"));
    assertThat(tally.reported()).isEqualTo(TokenUsage.of(23_000, 1000));
    read(usage("null"));
    assertThat(tally.reported()).isEqualTo(TokenUsage.of(23_000, 1000));
  }

  @Test
  void compactionThatCannotBe_marksTheUsage() throws IOException {
    read(usage("[{\"type\":\"compaction\",\"input_tokens\":-5,\"output_tokens\":1}]"));
    assertThat(tally.reported()).extracting(TokenUsage::estimated).isEqualTo(true);
  }
}
