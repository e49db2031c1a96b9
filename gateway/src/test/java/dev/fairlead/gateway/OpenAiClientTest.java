package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.RateLimitException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFormatTextJsonSchemaConfig;
import com.openai.models.responses.ResponseTextConfig;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.Dialect;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** OpenAI's own client on chat, embeddings and models, and what it makes of failures. */
class OpenAiClientTest {

  private static FakeBackends backends;
  private static OpenAIClient openai;

  @BeforeAll
  static void start() throws Exception {
    backends = new FakeBackends("");
    await().until(backends.node::ready);
    openai =
        OpenAIOkHttpClient.builder()
            .baseUrl(backends.url("/v1"))
            .apiKey("any")
            .maxRetries(0)
            .build();
  }

  @AfterAll
  static void stop() throws Exception {
    openai.close();
    backends.close();
  }

  @BeforeEach
  void forget() {
    backends.reset();
  }

  private static ChatCompletionCreateParams.Builder chat(String text) {
    return ChatCompletionCreateParams.builder().model("large").addUserMessage(text);
  }

  @Test
  void chat_isAnswered_withItsHeaders() {
    try (var raw = openai.chat().completions().withRawResponse().create(chat("hi").build())) {
      assertThat(raw.headers().values("x-request-id")).hasSize(1);
      ChatCompletion completion = raw.parse().validate();
      assertThat(completion.choices().getFirst().message().content()).contains("ok");
      assertThat(completion.usage().orElseThrow().totalTokens()).isEqualTo(1100);
    }
  }

  @Test
  void chatStream_isPutTogether_withAndWithoutUsage() {
    for (boolean usage : new boolean[] {false, true}) {
      ChatCompletionCreateParams.Builder params = chat("hi " + usage);
      if (usage) {
        params.streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build());
      }
      backends.provider.streams.put(Dialect.DIALECT_OPENAI_CHAT, chunks());
      ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
      try (var stream = openai.chat().completions().createStreaming(params.build())) {
        List<ChatCompletionChunk> told = stream.stream().peek(whole::accumulate).toList();
        assertThat(told.stream().anyMatch(chunk -> chunk.usage().isPresent())).isEqualTo(usage);
        told.forEach(ChatCompletionChunk::validate);
      }
      assertThat(whole.chatCompletion().choices().getFirst().message().content()).contains("hey");
    }
  }

  private static List<String> chunks() {
    String chunk =
        "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"up\",\"choices\":"
            + "[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]}\n\n";
    return List.of(
        chunk.formatted("{\"role\":\"assistant\",\"content\":\"h\"}", "null"),
        chunk.formatted("{\"content\":\"ey\"}", "null"),
        chunk.formatted("{}", "\"stop\""));
  }

  @Test
  void embeddings_takeDimensions_onlyWhereTheModelHasThem() {
    EmbeddingCreateParams.Builder params =
        EmbeddingCreateParams.builder().model("all-MiniLM-L6-v2").input("abc");
    CreateEmbeddingResponse whole = openai.embeddings().create(params.build());
    assertThat(whole.validate().data().getFirst().embedding()).hasSize(384).startsWith(3f, 0.5f);
    assertThat(whole.usage().promptTokens()).isEqualTo(3);
    assertThatThrownBy(() -> openai.embeddings().create(params.dimensions(4).build()))
        .isInstanceOfSatisfying(
            OpenAIServiceException.class,
            error -> {
              assertThat(error.statusCode()).isEqualTo(400);
              assertThat(error.param()).contains("dimensions");
            });
  }

  @Test
  void embeddings_refuseArraysOfTokenArrays_byName() {
    assertThatThrownBy(() ->
            openai
                .embeddings()
                .create(
                    EmbeddingCreateParams.builder()
                        .model("all-MiniLM-L6-v2")
                        .inputOfArrayOfTokenArrays(List.of(List.of(1L), List.of(2L)))
                        .build()))
        .isInstanceOfSatisfying(
            com.openai.errors.BadRequestException.class,
            error -> assertThat(error.param().orElse("")).startsWith("input"));
  }

  @Test
  void completions_takeSeveralPrompts_inOneRequest() {
    backends.provider.bodies.put(
        Dialect.DIALECT_OPENAI_COMPLETIONS,
        "{\"id\":\"cmpl_1\",\"object\":\"text_completion\",\"created\":1,\"model\":\"up\",\"choices\":["
            + "{\"text\":\"a\",\"index\":0,\"logprobs\":null,\"finish_reason\":\"stop\"},"
            + "{\"text\":\"b\",\"index\":1,\"logprobs\":null,\"finish_reason\":\"stop\"}],"
            + "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}");
    assertThat(
            openai
                .completions()
                .create(
                    CompletionCreateParams.builder()
                        .model("small")
                        .promptOfArrayOfStrings(List.of("x", "y"))
                        .build())
                .choices())
        .extracting(choice -> choice.text())
        .containsExactly("a", "b");
  }

  @Test
  void failures_areTheClientsOwn_withTypeCodeAndRequestId() {
    failsAs(
        new Failure.RateLimited("slow", Duration.ofMillis(1500)), RateLimitException.class, 429);
    failsAs(new Failure.Overloaded("full", null), InternalServerException.class, 503);
    failsAs(new Failure.Forbidden("not yours"), PermissionDeniedException.class, 403);
    failsAs(new Failure.UpstreamUnavailable("gone", 500, null), InternalServerException.class, 502);
    failsAs(new Failure.Timeout("late"), InternalServerException.class, 504);
    assertThatThrownBy(() -> openai.chat().completions().create(chat("hi").model("none").build()))
        .isInstanceOfSatisfying(
            NotFoundException.class, error -> assertThat(error.code()).contains("model_not_found"));
    assertThatThrownBy(() -> openai.models().retrieve("none"))
        .isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() ->
            openai
                .chat()
                .completions()
                .create(
                    chat("hi")
                        .putAdditionalBodyProperty(
                            "fairlead", JsonValue.from(Map.of("max_cost_usd", 1e-9)))
                        .build()))
        .isInstanceOfSatisfying(
            OpenAIServiceException.class, error -> assertThat(error.statusCode()).isEqualTo(402));
  }

  private static void failsAs(
      Failure failure, Class<? extends OpenAIServiceException> type, int status) {
    backends.provider.failure = failure;
    assertThatThrownBy(() -> openai.chat().completions().create(chat("hi").build()))
        .isInstanceOfSatisfying(
            type,
            error -> {
              assertThat(error.statusCode()).isEqualTo(status);
              assertThat(error.type()).isPresent();
              assertThat(error.headers().values("x-request-id")).hasSize(1);
            });
    backends.provider.failure = null;
  }

  @Test
  void failureInAStream_isThrown_andNotTakenForItsEnd() {
    backends.provider.failure = new Failure.UpstreamMalformed("cut");
    backends.provider.failMidStream = true;
    try (var stream = openai.chat().completions().createStreaming(chat("hi").build())) {
      assertThatThrownBy(() -> stream.stream().toList()).isInstanceOf(OpenAIServiceException.class);
    }
  }

  @Test
  void responses_takeToolsAndASchema_andGiveCallsAndUsage() {
    backends.provider.bodies.put(
        Dialect.DIALECT_OPENAI_RESPONSES,
        """
        {"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"up",
         "error":null,"incomplete_details":null,"instructions":null,"metadata":{},
         "parallel_tool_calls":true,"temperature":1,"tool_choice":"auto","tools":[],"top_p":1,
         "output":[{"type":"function_call","id":"fc_1","call_id":"call_1","name":"weather",
                    "arguments":"{\\"city\\":\\"Oslo\\"}","status":"completed"}],
         "usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":4},
                  "output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},
                  "total_tokens":17}}
        """);
    JsonValue object = JsonValue.from("object");
    Response response =
        openai
            .responses()
            .create(
                ResponseCreateParams.builder()
                    .model("large")
                    .input("weather in Oslo?")
                    .store(false)
                    .addTool(
                        FunctionTool.builder()
                            .name("weather")
                            .strict(false)
                            .parameters(
                                FunctionTool.Parameters.builder()
                                    .putAdditionalProperty("type", object)
                                    .build())
                            .build())
                    .text(
                        ResponseTextConfig.builder()
                            .format(
                                ResponseFormatTextJsonSchemaConfig.builder()
                                    .name("report")
                                    .schema(
                                        ResponseFormatTextJsonSchemaConfig.Schema.builder()
                                            .putAdditionalProperty("type", object)
                                            .build())
                                    .build())
                            .build())
                    .build());
    assertThat(response.output().getFirst().asFunctionCall().arguments())
        .isEqualTo("{\"city\":\"Oslo\"}");
    assertThat(response.usage().orElseThrow().inputTokensDetails().cachedTokens()).isEqualTo(4);
    assertThat(response.usage().orElseThrow().totalTokens()).isEqualTo(17);
    assertThat(backends.provider.calls.getFirst().getRaw().getBody().toStringUtf8())
        .contains("\"tools\":[{", "\"json_schema\"", "\"report\"", "\"weather\"");
  }
}
