package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.Dialect;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The clients that applications use, pointed at the gateway by their base URL and nothing else. */
class ClientLibrariesTest {

  private static FakeBackends backends;
  private static AnthropicClient anthropic;
  private static OpenAIClient openai;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("");
    await().until(backends.node::ready);
    anthropic =
        AnthropicOkHttpClient.builder()
            .baseUrl(backends.url(""))
            .apiKey("any")
            .maxRetries(0)
            .build();
    openai =
        OpenAIOkHttpClient.builder()
            .baseUrl(backends.url("/v1"))
            .apiKey("any")
            .maxRetries(0)
            .build();
  }

  @AfterAll
  static void stop() throws Exception {
    anthropic.close();
    openai.close();
    backends.close();
  }

  @BeforeEach
  void forget() {
    backends.reset();
    for (DialectEdgeTest.Case one : DialectEdgeTest.Case.values()) {
      backends.provider.bodies.put(one.dialect, one.answer);
    }
  }

  private static MessageCreateParams message() {
    return MessageCreateParams.builder().model("small").maxTokens(50).addUserMessage("hi").build();
  }

  private static String text(Message message) {
    return message.content().stream()
        .flatMap(block -> block.text().stream())
        .map(block -> block.text())
        .collect(Collectors.joining());
  }

  @Test
  void anthropic_messages_areAnswered() {
    Message message = anthropic.messages().create(message());
    assertThat(text(message.validate())).isEqualTo("ok");
    assertThat(message.usage().inputTokens()).isEqualTo(9);
    assertThat(backends.provider.calls.getFirst().getForwardHeadersMap())
        .containsKey("anthropic-version");
  }

  @Test
  void anthropic_stream_isReadToItsEnd() {
    anthropic.messages().create(message());
    MessageAccumulator whole = MessageAccumulator.create();
    try (StreamResponse<RawMessageStreamEvent> stream =
        anthropic.messages().createStreaming(message())) {
      List<RawMessageStreamEvent> events = stream.stream().peek(whole::accumulate).toList();
      assertThat(events.getFirst().isMessageStart()).isTrue();
      assertThat(events.getLast().isMessageStop()).isTrue();
    }
    assertThat(text(whole.message())).isEqualTo("ok");
  }

  @Test
  void anthropic_countTokens_isAnswered() {
    long tokens =
        anthropic
            .messages()
            .countTokens(
                MessageCountTokensParams.builder()
                    .model("small")
                    .addUserMessage("hi there")
                    .build())
            .inputTokens();
    assertThat(tokens).isBetween(1L, 10L);
  }

  @Test
  void anthropic_models_areListed() {
    assertThat(anthropic.models().list().autoPager().stream().map(model -> model.id()))
        .contains("small", "medium", "large");
    assertThat(anthropic.models().retrieve("small").id()).isEqualTo("small");
  }

  @Test
  void anthropic_errors_areTheClientsOwn() {
    backends.provider.failure = new Failure.RateLimited("slow down", Duration.ofSeconds(1));
    assertThatThrownBy(() -> anthropic.messages().create(message()))
        .isInstanceOf(RateLimitException.class)
        .hasMessageContaining("slow down");
    backends.provider.failure = new Failure.Overloaded("full", null);
    assertThatThrownBy(() -> anthropic.messages().create(message()))
        .isInstanceOfSatisfying(
            AnthropicServiceException.class,
            error -> assertThat(error.statusCode()).isEqualTo(529));
    assertThatThrownBy(() ->
            anthropic
                .messages()
                .create(
                    message().toBuilder()
                        .putAdditionalBodyProperty("temperature", JsonValue.from(1.5))
                        .build()))
        .isInstanceOf(BadRequestException.class)
        .hasMessageContaining("temperature");
  }

  @Test
  void openai_responses_areAnswered_wholeAndStreamed() {
    ResponseCreateParams params =
        ResponseCreateParams.builder().model("small").input("hi").store(false).build();
    Response response = openai.responses().create(params);
    assertThat(response.output().getFirst().asMessage().content().getFirst().asOutputText().text())
        .isEqualTo("ok");
    try (var stream = openai.responses().createStreaming(params)) {
      List<ResponseStreamEvent> events = stream.stream().toList();
      assertThat(events.getFirst().isCreated()).isTrue();
      assertThat(events.getLast().isCompleted()).isTrue();
      assertThat(
              events.stream()
                  .flatMap(event -> event.outputTextDelta().stream())
                  .map(delta -> delta.delta())
                  .collect(Collectors.joining()))
          .isEqualTo("ok");
      events.forEach(ResponseStreamEvent::validate);
    }
  }

  @Test
  void openai_responses_thatNeedState_areRefusedByName() {
    assertThatThrownBy(() ->
            openai
                .responses()
                .create(
                    ResponseCreateParams.builder()
                        .model("small")
                        .input("hi")
                        .previousResponseId("resp_0")
                        .build()))
        .isInstanceOfSatisfying(
            com.openai.errors.BadRequestException.class,
            error -> assertThat(error.param()).contains("previous_response_id"));
  }

  @Test
  void openai_completions_areAnswered_wholeAndStreamed() {
    CompletionCreateParams params =
        CompletionCreateParams.builder().model("small").prompt("hi").build();
    Completion completion = openai.completions().create(params);
    assertThat(completion.validate().choices().getFirst().text()).isEqualTo("ok");
    try (var stream = openai.completions().createStreaming(params)) {
      assertThat(
              stream.stream()
                  .flatMap(chunk -> chunk.choices().stream())
                  .map(choice -> choice.text())
                  .collect(Collectors.joining()))
          .isEqualTo("ok");
    }
  }

  @Test
  void openai_embeddings_areAnswered_asFloatsAndAsBase64() {
    for (EmbeddingCreateParams.EncodingFormat format :
        List.of(
            EmbeddingCreateParams.EncodingFormat.FLOAT,
            EmbeddingCreateParams.EncodingFormat.BASE64)) {
      CreateEmbeddingResponse response =
          openai
              .embeddings()
              .create(
                  EmbeddingCreateParams.builder()
                      .model("all-MiniLM-L6-v2")
                      .inputOfArrayOfStrings(List.of("abc", "defgh"))
                      .encodingFormat(format)
                      .build());
      assertThat(response.data()).hasSize(2);
      assertThat(response.data().get(1).embedding()).hasSize(384).startsWith(5f, 0.5f);
    }
  }

  @Test
  void openai_tokenArrays_areRefusedByName() {
    assertThatThrownBy(() ->
            openai
                .embeddings()
                .create(
                    EmbeddingCreateParams.builder()
                        .model("all-MiniLM-L6-v2")
                        .inputOfArrayOfTokens(List.of(1L, 2L))
                        .build()))
        .isInstanceOf(com.openai.errors.BadRequestException.class)
        .hasMessageContaining("token numbers are not supported");
    assertThatThrownBy(() ->
            openai
                .completions()
                .create(
                    CompletionCreateParams.builder()
                        .model("small")
                        .promptOfArrayOfTokens(List.of(1L, 2L))
                        .build()))
        .isInstanceOf(com.openai.errors.BadRequestException.class)
        .hasMessageContaining("token numbers are not supported");
  }

  @Test
  void openai_models_withAwkwardNames_areFound() {
    assertThat(openai.models().retrieve("auto:cheapest").id()).isEqualTo("auto:cheapest");
    assertThat(openai.models().list().data()).isNotEmpty();
  }

  @Test
  void langchain4j_chatAndEmbeddings_areAnswered() {
    OpenAiChatModel chat =
        OpenAiChatModel.builder()
            .baseUrl(backends.url("/v1"))
            .apiKey("any")
            .modelName("small")
            .maxRetries(0)
            .build();
    assertThat(chat.chat("hi")).isEqualTo("ok");
    Embedding embedding =
        OpenAiEmbeddingModel.builder()
            .baseUrl(backends.url("/v1"))
            .apiKey("any")
            .modelName("all-MiniLM-L6-v2")
            .maxRetries(0)
            .build()
            .embed("abc")
            .content();
    assertThat(embedding.vector()).hasSize(384).startsWith(3f, 0.5f);
    assertThat(backends.provider.calls.getFirst().getRaw().getDialect())
        .isEqualTo(Dialect.DIALECT_OPENAI_CHAT);
  }
}
