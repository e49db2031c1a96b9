package dev.fairlead.provider.gemini;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.v1.ChatDelta;
import dev.fairlead.v1.ContentPart;
import dev.fairlead.v1.FinishReason;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeminiAnswerTest {

  private final GeminiAnswer answer = new GeminiAnswer(() -> "call_1");

  private static JsonNode json(String text) throws IOException {
    return new JsonMapper().readTree(text);
  }

  @Test
  void parallelCalls_haveStableIndices_acrossEventsAndCandidates() throws IOException {
    List<ChatDelta> first =
        answer.deltas(
            json(
                "{\"candidates\":[{\"index\":0,\"content\":{\"parts\":["
                    + "{\"functionCall\":{\"id\":\"v1\",\"name\":\"a\"}},"
                    + "{\"functionCall\":{\"name\":\"b\",\"args\":{\"x\":[1,null]}}}]}},"
                    + "{\"index\":1,\"content\":{\"parts\":[{\"functionCall\":{\"name\":\"c\"}}]}}]}"));
    List<ChatDelta> second =
        answer.deltas(
            json(
                "{\"candidates\":[{\"index\":0,\"content\":{\"parts\":["
                    + "{\"functionCall\":{\"name\":\"d\"}}]},\"finishReason\":\"STOP\"}]}"));
    assertThat(first).extracting(d -> d.getToolCall().getIndex()).containsExactly(0, 1, 0);
    assertThat(first).extracting(d -> d.getToolCall().getId()).startsWith("v1", "call_1");
    assertThat(first.get(1).getToolCall().getArgumentsJson()).isEqualTo("{\"x\":[1,null]}");
    assertThat(first.get(2).getChoiceIndex()).isEqualTo(1);
    assertThat(second.getFirst().getToolCall().getIndex()).isEqualTo(2);
    assertThat(answer.finished()).isFalse();
    answer.deltas(json("{\"candidates\":[{\"index\":1,\"finishReason\":\"MAX_TOKENS\"}]}"));
    assertThat(answer.finished()).isTrue();
    assertThat(answer.finishes())
        .extracting(ChatDelta::getFinishReason)
        .containsExactly(FinishReason.FINISH_REASON_TOOL_CALLS, FinishReason.FINISH_REASON_LENGTH);
  }

  @ParameterizedTest
  @CsvSource({
    "STOP,STOP",
    "MAX_TOKENS,LENGTH",
    "SAFETY,CONTENT_FILTER",
    "RECITATION,CONTENT_FILTER",
    "BLOCKLIST,CONTENT_FILTER",
    "PROHIBITED_CONTENT,CONTENT_FILTER",
    "SPII,CONTENT_FILTER",
    "LANGUAGE,CONTENT_FILTER",
    "OTHER,UNSPECIFIED",
    "NEW_ONE,UNSPECIFIED"
  })
  void finishReason_isTranslated(String vendor, String ours) {
    assertThat(FinishReasons.of(vendor, false).name()).isEqualTo("FINISH_REASON_" + ours);
  }

  @Test
  void thoughts_keepTextAndSignature_inAWholeAnswer() throws IOException {
    List<ContentPart> parts =
        answer
            .response(
                json(
                    "{\"createTime\":\"2026-01-01T00:00:00Z\",\"candidates\":[{\"content\":{"
                        + "\"parts\":[{\"text\":\"hm\",\"thought\":true,"
                        + "\"thoughtSignature\":\"s1\"},"
                        + "{\"text\":\"Hi\",\"thoughtSignature\":\"s2\"}]},"
                        + "\"finishReason\":\"STOP\"}]}"))
            .getChoices(0)
            .getMessage()
            .getContentList();
    assertThat(parts.get(0).getReasoning().getText()).isEqualTo("hm");
    assertThat(parts.get(0).getReasoning().getSignature().toStringUtf8()).isEqualTo("s1");
    assertThat(parts.get(1).getText()).isEqualTo("Hi");
    assertThat(parts.get(2).getReasoning().getSignature().toStringUtf8()).isEqualTo("s2");
  }

  @Test
  void j5_usage_isClampedToSense() throws IOException {
    answer.deltas(
        json(
            "{\"usageMetadata\":{\"promptTokenCount\":5,\"cachedContentTokenCount\":9,"
                + "\"toolUsePromptTokenCount\":2,\"candidatesTokenCount\":-3,"
                + "\"thoughtsTokenCount\":99999999999999999999}}"));
    assertThat(answer.usage()).isNotNull();
    assertThat(answer.usage().promptTokens()).isEqualTo(7);
    assertThat(answer.usage().cachedPromptTokens()).isEqualTo(7);
    assertThat(answer.usage().completionTokens()).isZero();
    assertThat(answer.usage().estimated()).isTrue();
    answer.deltas(
        json(
            "{\"usageMetadata\":{\"promptTokenCount\":5,"
                + "\"candidatesTokenCount\":99999999999999999999}}"));
    assertThat(answer.usage().completionTokens()).isEqualTo(TokenUsage.MOST_TOKENS);
    assertThat(answer.usage().estimated()).isTrue();
    answer.deltas(json("{\"usageMetadata\":{\"promptTokenCount\":5}}"));
    assertThat(answer.usage()).isEqualTo(TokenUsage.of(5, 0));
  }
}
