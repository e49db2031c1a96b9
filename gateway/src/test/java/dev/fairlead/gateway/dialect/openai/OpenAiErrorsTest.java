package dev.fairlead.gateway.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.common.failure.Failure.Timeout;
import dev.fairlead.gateway.dialect.ScanLimits;
import dev.fairlead.gateway.dialect.answer.AnswerJson;
import dev.fairlead.v1.Usage;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class OpenAiErrorsTest {

  private static final OpenAiChatCodec CODEC = new OpenAiChatCodec(ScanLimits.DEFAULT);

  @Test
  void error_hasAllKeys_evenWhenNull() throws IOException {
    JsonNode error =
        AnswerJson.MAPPER.readTree(CODEC.error(new Timeout("too slow"), "req-1")).get("error");
    assertThat(error)
        .isEqualTo(
            AnswerJson.MAPPER.readTree(
                """
                {"message":"too slow","type":"server_error","param":null,"code":"timeout","request_id":"req-1"}\
                """));
  }

  @Test
  void error_isValidJson_whateverItsWords() throws IOException {
    Failure failure = new InvalidRequest("\"\\\r\n\u0000\u2028\uD800 \uD83D\uDE00", "a\"b", "c\nd");
    byte[] body = CODEC.error(failure, "\"");
    JsonNode error = AnswerJson.MAPPER.readTree(body).get("error");
    assertThat(error.get("message").textValue()).isEqualTo(failure.message());
    assertThat(error.get("param").textValue()).isEqualTo("a\"b");
    assertThat(new String(body, UTF_8)).doesNotContain("\n").doesNotContain("\r");
  }

  @Test
  void streamError_isOneEventWithErrorAndFinishReason() throws IOException {
    String event = new String(CODEC.streamError(new Timeout("a\nb"), "req-1"), UTF_8);
    assertThat(event).startsWith("data: {").endsWith("}\n\n");
    assertThat(event.strip()).doesNotContain("\n");
    JsonNode data = AnswerJson.MAPPER.readTree(event.substring("data: ".length()));
    assertThat(data.at("/error/code").textValue()).isEqualTo("timeout");
    assertThat(data.at("/choices/0/finish_reason").textValue()).isEqualTo("error");
  }

  @Test
  void terminator_isDone() {
    assertThat(new String(CODEC.streamTerminator(), UTF_8)).isEqualTo("data: [DONE]\n\n");
  }

  @Test
  void usageEvent_keepsWhatTheUpstreamSaid_whenItSaidUsage() throws IOException {
    String upstream =
        "data: {\"id\":\"a\",\"model\":\"m\",\"x\":1.10,\"choices\":[{\"index\":0,\"delta\":{}}],"
            + "\"usage\":{\"prompt_tokens\":5,\"y\":true}}\n\n";
    JsonNode event =
        usage(
            upstream,
            Usage.newBuilder().setPromptTokens(99).build(),
            "{\"cost_usd\":0.10}",
            "other");
    assertThat(event)
        .isEqualTo(
            AnswerJson.MAPPER.readTree(
                """
                {"id":"a","model":"m","x":1.10,"choices":[],"usage":{"prompt_tokens":5,"y":true},
                 "fairlead":{"cost_usd":0.10}}\
                """));
  }

  @Test
  void usageEvent_isMade_whenTheUpstreamSaidNothing() throws IOException {
    Usage usage =
        Usage.newBuilder()
            .setPromptTokens(10)
            .setCachedPromptTokens(4)
            .setCompletionTokens(5)
            .setReasoningTokens(2)
            .build();
    JsonNode event = usage("", usage, "", "m");
    assertThat(event.get("model").textValue()).isEqualTo("m");
    assertThat(event.get("object").textValue()).isEqualTo("chat.completion.chunk");
    assertThat(event.get("choices")).isEmpty();
    assertThat(event.has("fairlead")).isFalse();
    assertThat(event.get("usage"))
        .isEqualTo(
            AnswerJson.MAPPER.readTree(
                """
                {"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,
                 "prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}\
                """));
  }

  @Test
  void usageEvent_takesIdentity_whenGivenAnEarlierEvent() throws IOException {
    JsonNode event =
        usage(
            "data:"
                + " {\"id\":\"a\",\"created\":3,\"choices\":[{\"delta\":{\"content\":\"x\"}}],\"usage\":null}\n\n",
            Usage.newBuilder().setPromptTokens(1).setCompletionTokens(1).build(),
            "",
            "");
    assertThat(event.get("id").textValue()).isEqualTo("a");
    assertThat(event.get("created").intValue()).isEqualTo(3);
    assertThat(event.get("choices")).isEmpty();
    assertThat(event.at("/usage/total_tokens").intValue()).isEqualTo(2);
  }

  private static JsonNode usage(String upstream, Usage usage, String fairlead, String model)
      throws IOException {
    byte[] event =
        CODEC.usageEvent(upstream.getBytes(UTF_8), usage, ByteString.copyFromUtf8(fairlead), model);
    String text = new String(event, UTF_8);
    assertThat(text).startsWith("data: ").endsWith("\n\n");
    return AnswerJson.MAPPER.readTree(text.substring("data: ".length()));
  }
}
