package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.Dialect;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.StreamingResponseHandler;
import dev.langchain4j.model.catalog.ModelDescription;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiLanguageModel;
import dev.langchain4j.model.openai.OpenAiModelCatalog;
import dev.langchain4j.model.openai.OpenAiResponsesChatModel;
import dev.langchain4j.model.openai.OpenAiResponsesStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingLanguageModel;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** LangChain4j's OpenAI client on every endpoint of it that the gateway serves. */
class LangChain4jClientTest {

  private static final ToolSpecification WEATHER =
      ToolSpecification.builder()
          .name("weather")
          .parameters(JsonObjectSchema.builder().addStringProperty("city").required("city").build())
          .build();
  private static final String TOOL_ANSWER =
      "{\"id\":\"c1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"up\",\"choices\":[{\"index\":0,"
          + "\"message\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_1\","
          + "\"type\":\"function\",\"function\":{\"name\":\"weather\","
          + "\"arguments\":\"{\\\"city\\\":\\\"Oslo\\\"}\"}}]},"
          + "\"finish_reason\":\"tool_calls\"}],"
          + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"total_tokens\":10}}";

  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("");
    await().until(backends.node::ready);
  }

  @AfterAll
  static void stop() throws Exception {
    backends.close();
  }

  @BeforeEach
  void forget() {
    backends.reset();
    for (DialectEdgeTest.Case one : DialectEdgeTest.Case.values()) {
      backends.provider.bodies.put(one.dialect, one.answer);
    }
  }

  private static OpenAiChatModel.OpenAiChatModelBuilder chat() {
    return OpenAiChatModel.builder()
        .baseUrl(backends.url("/v1"))
        .apiKey("any")
        .modelName("large")
        .maxRetries(0);
  }

  private static StreamingChatModel streaming() {
    return OpenAiStreamingChatModel.builder()
        .baseUrl(backends.url("/v1"))
        .apiKey("any")
        .modelName("large")
        .build();
  }

  private static ChatRequest asking(String text, ToolSpecification... tools) {
    return ChatRequest.builder()
        .messages(UserMessage.from(text))
        .toolSpecifications(List.of(tools))
        .build();
  }

  /** What a streaming model tells until it ends; a failure is thrown. */
  private static final class Told implements StreamingChatResponseHandler {
    final StringBuffer text = new StringBuffer();
    final CompletableFuture<ChatResponse> whole = new CompletableFuture<>();

    @Override
    public void onPartialResponse(String partial) {
      text.append(partial);
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
      whole.complete(response);
    }

    @Override
    public void onError(Throwable error) {
      whole.completeExceptionally(error);
    }

    static Told of(StreamingChatModel model, ChatRequest request) {
      Told told = new Told();
      model.chat(request, told);
      return told;
    }

    ChatResponse await() {
      return whole.orTimeout(20, TimeUnit.SECONDS).join();
    }
  }

  @Test
  void chat_isAnswered_withUsageAndFinishReason() {
    ChatResponse response = chat().build().chat(asking("hi"));
    assertThat(response.aiMessage().text()).isEqualTo("ok");
    assertThat(response.tokenUsage().inputTokenCount()).isEqualTo(1000);
    assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(100);
    assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(backends.provider.calls.getFirst().getRaw().getDialect())
        .isEqualTo(Dialect.DIALECT_OPENAI_CHAT);
  }

  @Test
  void streamingChat_isTold_liveAndFromTheCache() {
    for (int calls : List.of(1, 1)) {
      Told told = Told.of(streaming(), asking("hi"));
      ChatResponse whole = told.await();
      assertThat(told.text.toString()).isEqualTo("ok");
      assertThat(whole.aiMessage().text()).isEqualTo("ok");
      assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
      assertThat(whole.tokenUsage().inputTokenCount()).isEqualTo(1000);
      assertThat(whole.tokenUsage().outputTokenCount()).isEqualTo(100);
      assertThat(backends.provider.calls).hasSize(calls);
    }
  }

  @Test
  void tools_goThereAndBack_overTwoTurns() {
    backends.provider.bodies.put(Dialect.DIALECT_OPENAI_CHAT, TOOL_ANSWER);
    backends.provider.finishReason = dev.fairlead.v1.FinishReason.FINISH_REASON_TOOL_CALLS;
    ChatModel model = chat().build();
    AiMessage asked = model.chat(asking("weather in Oslo?", WEATHER)).aiMessage();
    ToolExecutionRequest call = asked.toolExecutionRequests().getFirst();
    assertThat(call.name()).isEqualTo("weather");
    assertThat(call.arguments()).isEqualTo("{\"city\":\"Oslo\"}");
    assertThat(raw(0)).contains("\"tools\"", "\"weather\"");

    backends.provider.bodies.remove(Dialect.DIALECT_OPENAI_CHAT);
    ChatRequest second =
        ChatRequest.builder()
            .messages(
                UserMessage.from("weather in Oslo?"),
                asked,
                ToolExecutionResultMessage.from(call, "rain"))
            .toolSpecifications(WEATHER)
            .build();
    assertThat(model.chat(second).aiMessage().text()).isEqualTo("ok");
    assertThat(raw(1)).contains("\"tool_call_id\"", "call_1", "rain");
  }

  @Test
  void streamedToolCall_isPutTogether_fromItsPieces() {
    String piece = "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[%s]}}]}\n\n";
    backends.provider.streams.put(
        Dialect.DIALECT_OPENAI_CHAT,
        List.of(
            piece.formatted(
                "{\"index\":0,\"id\":\"call_1\",\"type\":\"function\","
                    + "\"function\":{\"name\":\"weather\",\"arguments\":\"{\\\"ci\"}}"),
            piece.formatted("{\"index\":0,\"function\":{\"arguments\":\"ty\\\":\\\"Oslo\\\"}\"}}"),
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n"));
    ChatResponse whole = Told.of(streaming(), asking("weather in Oslo?", WEATHER)).await();
    assertThat(whole.aiMessage().toolExecutionRequests().getFirst().arguments())
        .isEqualTo("{\"city\":\"Oslo\"}");
    assertThat(whole.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
  }

  @Test
  void jsonSchema_reachesTheUpstream_asItWasGiven() {
    ResponseFormat format =
        ResponseFormat.builder()
            .type(ResponseFormatType.JSON)
            .jsonSchema(
                JsonSchema.builder()
                    .name("person")
                    .rootElement(
                        JsonObjectSchema.builder()
                            .addStringProperty("name")
                            .required("name")
                            .build())
                    .build())
            .build();
    ChatRequest request =
        ChatRequest.builder().messages(UserMessage.from("who?")).responseFormat(format).build();
    assertThat(chat().strictJsonSchema(true).build().chat(request).aiMessage().text())
        .isEqualTo("ok");
    assertThat(raw(0)).contains("\"json_schema\"", "\"person\"");
  }

  @Test
  void embeddings_areAnswered_alsoInBatches() {
    OpenAiEmbeddingModel model =
        OpenAiEmbeddingModel.builder()
            .baseUrl(backends.url("/v1"))
            .apiKey("any")
            .modelName("all-MiniLM-L6-v2")
            .maxSegmentsPerBatch(2)
            .maxRetries(0)
            .build();
    assertThat(model.embed("abc").content().vector()).hasSize(384).startsWith(3f, 0.5f);
    assertThat(
            model
                .embedAll(
                    List.of(TextSegment.from("a"), TextSegment.from("bb"), TextSegment.from("ccc")))
                .content())
        .extracting(embedding -> embedding.vector()[0])
        .containsExactly(1f, 2f, 3f);
  }

  @Test
  void languageModel_isAnswered_wholeAndStreamed() {
    Response<String> response =
        OpenAiLanguageModel.builder()
            .baseUrl(backends.url("/v1"))
            .apiKey("any")
            .modelName("small")
            .maxRetries(0)
            .build()
            .generate("once upon");
    assertThat(response.content()).isEqualTo("ok");
    assertThat(response.tokenUsage()).extracting(TokenUsage::inputTokenCount).isEqualTo(9);
    CompletableFuture<Response<String>> whole = new CompletableFuture<>();
    StringBuffer text = new StringBuffer();
    OpenAiStreamingLanguageModel.builder()
        .baseUrl(backends.url("/v1"))
        .apiKey("any")
        .modelName("small")
        .build()
        .generate(
            "once upon",
            new StreamingResponseHandler<>() {
              @Override
              public void onNext(String token) {
                text.append(token);
              }

              @Override
              public void onComplete(Response<String> complete) {
                whole.complete(complete);
              }

              @Override
              public void onError(Throwable error) {
                whole.completeExceptionally(error);
              }
            });
    assertThat(whole.orTimeout(20, TimeUnit.SECONDS).join().content()).isEqualTo("ok");
    assertThat(text.toString()).isEqualTo("ok");
  }

  @Test
  void responses_areAnswered_wholeAndStreamed() {
    ChatModel model =
        OpenAiResponsesChatModel.builder()
            .baseUrl(backends.url("/v1"))
            .apiKey("any")
            .modelName("large")
            .build();
    assertThat(model.chat(asking("hi", WEATHER)).aiMessage().text()).isEqualTo("ok");
    assertThat(backends.provider.calls.getFirst().getRaw().getDialect())
        .isEqualTo(Dialect.DIALECT_OPENAI_RESPONSES);
    StreamingChatModel stream =
        OpenAiResponsesStreamingChatModel.builder()
            .baseUrl(backends.url("/v1"))
            .apiKey("any")
            .modelName("large")
            .build();
    Told told = Told.of(stream, asking("hi", WEATHER));
    assertThat(told.await().aiMessage().text()).isEqualTo("ok");
    assertThat(told.text.toString()).isEqualTo("ok");
  }

  @Test
  void models_areListed() {
    assertThat(
            OpenAiModelCatalog.builder()
                .baseUrl(backends.url("/v1"))
                .apiKey("any")
                .build()
                .listModels())
        .extracting(ModelDescription::name)
        .contains("small", "medium", "large");
  }

  @Test
  void failures_areTheClientsOwn() {
    ChatModel model = chat().build();
    backends.provider.failure = new Failure.RateLimited("slow down", null);
    assertThatThrownBy(() -> model.chat("hi")).isInstanceOf(RateLimitException.class);
    backends.provider.failure = new Failure.Overloaded("full", null);
    assertThatThrownBy(() -> model.chat("hi")).isInstanceOf(InternalServerException.class);
    backends.provider.failure = null;
    assertThatThrownBy(() -> chat().modelName("none").build().chat("hi"))
        .isInstanceOf(ModelNotFoundException.class);
    assertThatThrownBy(() -> chat().temperature(7.0).build().chat("hi"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("temperature");
  }

  @Test
  void failure_isTold_whenItEndsAStream_beforeOrAfterItsBeginning() {
    backends.provider.failure = new Failure.RateLimited("slow down", null);
    assertThatThrownBy(() -> Told.of(streaming(), asking("hi")).await())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(RateLimitException.class);
    backends.provider.failMidStream = true;
    Told told = Told.of(streaming(), asking("again"));
    ChatResponse cut =
        told.whole.exceptionally(error -> null).orTimeout(20, TimeUnit.SECONDS).join();
    // The client knows no errors among its events; it must not take the cut answer for a whole one.
    assertThat(cut == null || cut.finishReason() != FinishReason.STOP).isTrue();
    assertThat(told.text.toString()).isEqualTo("o");
  }

  private static String raw(int call) {
    return backends.provider.calls.get(call).getRaw().getBody().toStringUtf8();
  }
}
