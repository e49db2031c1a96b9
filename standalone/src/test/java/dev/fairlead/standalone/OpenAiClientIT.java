package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.models.Model;
import dev.fairlead.standalone.deployment.Deployment;
import dev.fairlead.standalone.deployment.StandaloneDeployment;
import dev.fairlead.standalone.deployment.Vendor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The official Java client, pointed at Fairlead by its base URL and by nothing else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenAiClientIT {

  private Deployment deployment;
  private OpenAIClient client;

  @BeforeAll
  void start(@TempDir Path folder) {
    deployment = new StandaloneDeployment(folder);
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl("http://127.0.0.1:" + deployment.httpPort() + "/v1")
            .apiKey("sk-any")
            .maxRetries(0)
            .build();
  }

  @AfterAll
  void stop() {
    client.close();
    deployment.close();
  }

  @Test
  void chat_isAnswered() {
    try (HttpResponseFor<ChatCompletion> response =
        client
            .chat()
            .completions()
            .withRawResponse()
            .create(chat("small", "Hello, official client").build())) {
      ChatCompletion completion = response.parse();

      assertThat(completion.choices().getFirst().message().content())
          .contains(Vendor.SAYS + "small-up");
      assertThat(completion.usage())
          .hasValueSatisfying(u -> assertThat(u.totalTokens()).isEqualTo(17));
      assertThat(response.headers().values("X-Model-Used")).containsExactly("small");
    }
  }

  @Test
  void chat_isRouted_whenTheModelIsAuto() {
    ChatCompletion completion =
        client.chat().completions().create(chat("auto", "What is the capital of Norway?").build());

    assertThat(completion.validate().model()).isNotBlank();
  }

  @Test
  void stream_isRead_withUsage() {
    ChatCompletionCreateParams params =
        chat("small", "Stream, official client")
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();

    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(params)) {
      List<ChatCompletionChunk> chunks = stream.stream().toList();

      String text =
          chunks.stream()
              .flatMap(chunk -> chunk.choices().stream())
              .flatMap(choice -> choice.delta().content().stream())
              .collect(Collectors.joining());
      assertThat(text).isEqualTo(Vendor.SAYS + "small-up");
      assertThat(chunks.getLast().usage()).isPresent();
    }
  }

  @Test
  void toolCall_isRead() {
    ChatCompletionFunctionTool tool =
        ChatCompletionFunctionTool.builder()
            .function(
                FunctionDefinition.builder()
                    .name("weather")
                    .parameters(
                        FunctionParameters.builder()
                            .putAdditionalProperty("type", JsonValue.from("object"))
                            .putAdditionalProperty(
                                "properties",
                                JsonValue.from(Map.of("city", Map.of("type", "string"))))
                            .build())
                    .build())
            .build();

    ChatCompletion completion =
        client
            .chat()
            .completions()
            .create(chat("small", "[[tool]] in Kiel?").addTool(tool).build());

    List<ChatCompletionMessageFunctionToolCall> calls =
        completion.choices().getFirst().message().toolCalls().orElseThrow().stream()
            .map(call -> call.asFunction())
            .toList();
    assertThat(calls).hasSize(1);
    assertThat(calls.getFirst().function().name()).isEqualTo("weather");
    assertThat(calls.getFirst().function().arguments()).isEqualTo("{\"city\":\"Kiel\"}");
  }

  @Test
  void errors_areTheClientsOwnExceptions() {
    assertThatThrownBy(() -> create("no-such-model", "x"))
        .isInstanceOfSatisfying(
            NotFoundException.class, error -> assertThat(error.code()).contains("model_not_found"));
    assertThatThrownBy(() -> create("small", "[[status 400]] official"))
        .isInstanceOfSatisfying(
            BadRequestException.class,
            error -> assertThat(error).hasMessageContaining("vendor says 400"));
    assertThatThrownBy(() -> create("small", "[[status 429]] official"))
        .isInstanceOfSatisfying(
            RateLimitException.class,
            error -> assertThat(error.headers().values("Retry-After")).hasSize(1));
    assertThatThrownBy(() -> create("small", "[[status 500]] official"))
        .isInstanceOf(InternalServerException.class);
    assertThatThrownBy(() -> create("small", "[[garbage]] official"))
        .isInstanceOfSatisfying(
            OpenAIServiceException.class, error -> assertThat(error.statusCode()).isEqualTo(502));
  }

  @Test
  void cutStream_isAnException_andNotAShortAnswer() {
    ChatCompletionCreateParams params = chat("small", "[[cut]] official").build();

    assertThatThrownBy(
            () -> {
              try (StreamResponse<ChatCompletionChunk> stream =
                  client.chat().completions().createStreaming(params)) {
                assertThat(stream.stream().count()).as("a stream that ended well").isNegative();
              }
            })
        .isInstanceOf(SseException.class);
  }

  @Test
  void models_areListed() {
    assertThat(client.models().list().data().stream().map(Model::id))
        .contains("auto", "small", "medium", "large");
    assertThat(client.models().retrieve("small").id()).isEqualTo("small");
  }

  @Test
  void embeddings_areMade_byTheOwnEncoder() {
    CreateEmbeddingResponse response =
        client
            .embeddings()
            .create(
                EmbeddingCreateParams.builder()
                    .model("all-MiniLM-L6-v2")
                    .inputOfArrayOfStrings(List.of("a ship", "a boat"))
                    .build());

    assertThat(response.data()).hasSize(2);
    assertThat(response.data().getFirst().embedding()).hasSize(384);
  }

  private ChatCompletion create(String model, String prompt) {
    return client.chat().completions().create(chat(model, prompt).build());
  }

  private static ChatCompletionCreateParams.Builder chat(String model, String prompt) {
    return ChatCompletionCreateParams.builder().model(model).addUserMessage(prompt);
  }
}
