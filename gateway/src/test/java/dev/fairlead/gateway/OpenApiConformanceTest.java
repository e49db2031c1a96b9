package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.v1.Dialect;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the gateway itself says in OpenAI's formats (replayed answers, errors, lists), against
 * OpenAI's own document. Runs where the document is at hand: {@code FAIRLEAD_OPENAPI} names it.
 */
class OpenApiConformanceTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CHAT =
      "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\","
          + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hello"
          + " there, you\",\"refusal\":null,"
          + "\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\",\"function\":{\"name\":\"f\","
          + "\"arguments\":\"{}\"}}]},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}";
  private static Optional<OpenApiDocument> document = Optional.empty();
  private static FakeBackends backends;

  @BeforeAll
  static void start() throws Exception {
    document = OpenApiDocument.openAi();
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
    assumeThat(document).as("OpenAI's document").isPresent();
    backends.provider.bodies.put(Dialect.DIALECT_OPENAI_CHAT, CHAT);
    for (DialectEdgeTest.Case one : DialectEdgeTest.Case.values()) {
      backends.provider.bodies.put(one.dialect, one.answer);
    }
  }

  private static void conforms(String schema, JsonNode value) {
    assertThat(document.orElseThrow().violations(schema, value)).as(value.toString()).isEmpty();
  }

  private static List<JsonNode> events(String sse) throws Exception {
    List<JsonNode> events = new ArrayList<>();
    for (String line : sse.split("\n")) {
      if (line.startsWith("data: ") && !line.equals("data: [DONE]")) {
        events.add(JSON.readTree(line.substring(6)));
      }
    }
    assertThat(events).isNotEmpty();
    return events;
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/chat/completions, messages, CreateChatCompletionResponse,"
        + " CreateChatCompletionStreamResponse",
    "/v1/completions, prompt, CreateCompletionResponse, CreateCompletionResponse",
    "/v1/responses, input, Response, ResponseStreamEvent"
  })
  void answersAndTheirReplays_conform(String path, String field, String whole, String streamed)
      throws Exception {
    String input = field.equals("messages") ? "[{\"role\":\"user\",\"content\":\"a\"}]" : "\"a\"";
    String body = "{\"model\":\"small\",\"" + field + "\":" + input;
    HttpResponse<String> fresh = Http.post(backends.url(path), body + "}");
    conforms(whole, JSON.readTree(fresh.body()));
    String options =
        path.endsWith("responses") ? "" : ",\"stream_options\":{\"include_usage\":true}";
    HttpResponse<String> replay =
        Http.post(backends.url(path), body + ",\"stream\":true" + options + "}");
    assertThat(replay.headers().firstValue("x-fairlead-cache")).contains("hit");
    for (JsonNode event : events(replay.body())) {
      conforms(streamed, event);
    }
  }

  @Test
  void errors_conform() throws Exception {
    List<HttpResponse<String>> errors = new ArrayList<>();
    errors.add(Http.post(backends.url("/v1/chat/completions"), "{"));
    errors.add(Http.post(backends.url("/v1/responses"), "{\"input\":\"a\",\"background\":true}"));
    errors.add(Http.get(backends.url("/v1/nothing")));
    errors.add(Http.get(backends.url("/v1/completions")));
    backends.provider.failure = new Failure.Overloaded("full", null);
    errors.add(Http.post(backends.url("/v1/completions"), "{\"prompt\":\"a\"}"));
    for (HttpResponse<String> error : errors) {
      JsonNode body = JSON.readTree(error.body());
      conforms("ErrorResponse", body);
      assertThat(body.path("error").has("param")).isTrue();
      assertThat(body.path("error").has("code")).isTrue();
    }
  }

  @Test
  void modelsAndEmbeddings_conform() throws Exception {
    conforms("ListModelsResponse", JSON.readTree(Http.get(backends.url("/v1/models")).body()));
    conforms("Model", JSON.readTree(Http.get(backends.url("/v1/models/small")).body()));
    conforms(
        "CreateEmbeddingResponse",
        JSON.readTree(
            Http.post(backends.url("/v1/embeddings"), "{\"input\":[\"a\",\"b\"]}").body()));
  }

  @Test
  void document_refusesWhatDoesNotConform() throws Exception {
    JsonNode broken = JSON.readTree(CHAT.replace("\"created\":1,", "").replace("stop", "stopped"));
    assertThat(document.orElseThrow().violations("CreateChatCompletionResponse", broken))
        .hasSize(2);
  }
}
