package dev.fairlead.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.fairlead.catalog.TokenUsage;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageReaderTest {

  private static TokenUsage read(String json) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      parser.nextToken();
      TokenUsage usage = UsageReader.read(parser);
      assertThat(parser.currentToken()).isEqualTo(JsonToken.END_OBJECT);
      return usage;
    }
  }

  @Test
  void everyPart_isRead() throws IOException {
    String chat =
        "{\"prompt_tokens\":100,\"completion_tokens\":50,\"total_tokens\":150,\"prompt_tokens_details\":"
            + "{\"cached_tokens\":60,\"cache_write_tokens\":20,\"audio_tokens\":0},"
            + "\"completion_tokens_details\":{\"reasoning_tokens\":30},\"x\":[{\"prompt_tokens\":7}]}";
    String responses =
        "{\"input_tokens\":100,\"output_tokens\":50,\"input_tokens_details\":"
            + "{\"cached_tokens\":60,\"cache_write_tokens\":20},"
            + "\"output_tokens_details\":{\"reasoning_tokens\":30}}";
    TokenUsage expected = new TokenUsage(100, 60, 20, 50, 30, false);

    assertThat(read(chat)).isEqualTo(expected);
    assertThat(read(responses)).isEqualTo(expected);
  }

  @Test
  void zero_isZero() throws IOException {
    assertThat(read("{\"prompt_tokens\":0,\"completion_tokens\":0}"))
        .isEqualTo(TokenUsage.of(0, 0));
  }

  @Test
  void reasoningBesideTheCompletion_isAddedToIt_whenTheTotalSaysSo() throws IOException {
    String reasoning =
        "{\"prompt_tokens\":32,\"completion_tokens\":9,\"total_tokens\":%d,"
            + "\"completion_tokens_details\":{\"reasoning_tokens\":%d}}";
    assertThat(read(reasoning.formatted(135, 94)))
        .isEqualTo(new TokenUsage(32, 0, 0, 103, 94, false));
    assertThat(read(reasoning.formatted(41, 5))).isEqualTo(new TokenUsage(32, 0, 0, 9, 5, false));
    assertThat(read(reasoning.formatted(0, 5))).isEqualTo(new TokenUsage(32, 0, 0, 9, 5, false));
  }

  @Test
  void embeddings_haveNoCompletion() throws IOException {
    assertThat(read("{\"prompt_tokens\":8,\"total_tokens\":8}")).isEqualTo(TokenUsage.of(8, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"prompt_tokens\":null,\"completion_tokens\":3}",
        "{\"prompt_tokens\":\"9\",\"completion_tokens\":3}",
        "{\"prompt_tokens\":9}",
        "{\"completion_tokens\":9}",
        "{\"prompt_tokens\":-1,\"completion_tokens\":3}",
        "{\"prompt_tokens\":1,\"completion_tokens\":-9223372036854775808}",
        "{\"prompt_tokens\":9223372036854775807,\"completion_tokens\":3}",
        "{\"prompt_tokens\":99999999999999999999999999,\"completion_tokens\":3}",
        "{\"prompt_tokens\":3,\"completion_tokens\":-99999999999999999999999999}",
        "{\"prompt_tokens\":3,\"completion_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":4}}",
        "{\"prompt_tokens\":3,\"completion_tokens\":3,\"completion_tokens_details\":{\"reasoning_tokens\":-1}}"
      })
  void impossibleUsage_isMarked_andBounded(String json) throws IOException {
    TokenUsage usage = read(json);

    assertThat(usage.estimated()).isTrue();
    assertThat(usage.promptTokens()).isBetween(0L, TokenUsage.MOST_TOKENS);
    assertThat(usage.completionTokens()).isBetween(0L, TokenUsage.MOST_TOKENS);
  }
}
