package dev.fairlead.tools.eval.harness;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The gateway as the harness asks it. Calls block. */
final class EvalGateway implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String CHAT = "/v1/chat/completions";

  private final URI url;
  private final @Nullable String key;
  private final Duration timeout;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

  EvalGateway(URI url, @Nullable String key, Duration timeout) {
    this.url = url;
    this.key = key;
    this.timeout = timeout;
  }

  /**
   * A model that policies choose from.
   *
   * @param tier its label
   */
  record Model(String id, String tier) {}

  /**
   * A decision.
   *
   * @param complexity 0 to 1; NaN when the gateway did not tell
   */
  record Pick(String model, String tier, double complexity) {}

  /** Models with a tier that make text, in the gateway's order. */
  List<Model> models() throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        http.send(request("/v1/models").GET().build(), HttpResponse.BodyHandlers.ofByteArray());
    List<Model> models = new ArrayList<>();
    for (JsonNode node : checked("/v1/models", response).path("data")) {
      boolean text = true;
      for (JsonNode capability : node.path("capabilities")) {
        text &= !capability.asText().equals("embeddings");
      }
      if (node.path("tier").isTextual() && text) {
        models.add(new Model(node.path("id").asText(), node.path("tier").asText()));
      }
    }
    if (models.isEmpty()) {
      throw new IOException(url + ": no model with a tier (expected: at least one)");
    }
    return models;
  }

  /** What a policy would do with a prompt; no model is called. */
  Pick route(String prompt, String policy) throws IOException, InterruptedException {
    byte[] body = JSON.writeValueAsBytes(Map.of("prompt", prompt, "policy", policy));
    JsonNode node = checked("/v1/route", post("/v1/route", body));
    return new Pick(
        node.path("model").asText(),
        node.path("tier").asText(),
        node.path("complexity").asDouble(Double.NaN));
  }

  /**
   * Asks one model by name, past the cache. A refusal, a failure or no answer in time is an
   * outcome, too; what an answer that did not come has cost is not known and counts as nothing.
   */
  Outcome ask(EvalPrompt prompt, String model, int maxTokens)
      throws IOException, InterruptedException {
    byte[] body =
        JSON.writeValueAsBytes(
            Map.of(
                "model",
                model,
                "temperature",
                0,
                "max_tokens",
                maxTokens,
                "messages",
                List.of(Map.of("role", "user", "content", prompt.prompt()))));
    long begin = System.nanoTime();
    HttpResponse<byte[]> response;
    try {
      response = post(CHAT, body);
    } catch (ConnectException | HttpConnectTimeoutException e) {
      throw e;
    } catch (IOException e) {
      // Late, or cut off. It must not cost all the other answers, which are paid for.
      return new Outcome(prompt.id(), model, 0, 0, millisSince(begin), false);
    }
    double millis = millisSince(begin);
    double cost = response.headers().firstValue("X-Query-Cost").map(EvalGateway::usd).orElse(0.0);
    if (response.statusCode() != 200) {
      return new Outcome(prompt.id(), model, 0, cost, millis, false);
    }
    String answer = checked(CHAT, response).at("/choices/0/message/content").asText("");
    return new Outcome(
        prompt.id(), model, prompt.check().grade(answer), cost, millis, !answer.isBlank());
  }

  private static double millisSince(long begin) {
    return (System.nanoTime() - begin) / 1e6;
  }

  private static double usd(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private HttpResponse<byte[]> post(String path, byte[] body)
      throws IOException, InterruptedException {
    return http.send(
        request(path)
            .header("content-type", "application/json")
            .header("cache-control", "no-store")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(url.resolve(path)).timeout(timeout);
    return key == null ? request : request.header("authorization", "Bearer " + key);
  }

  private JsonNode checked(String path, HttpResponse<byte[]> response) throws IOException {
    JsonNode body;
    try {
      body = JSON.readTree(response.body());
    } catch (JacksonException e) {
      body = JSON.missingNode();
    }
    if (response.statusCode() != 200 || !body.isObject()) {
      throw new IOException(
          "%s: status %d %s(expected: 200 and a JSON object)"
              .formatted(
                  url.resolve(path),
                  response.statusCode(),
                  body.at("/error/message").asText("") + " "));
    }
    return body;
  }

  @Override
  public void close() {
    http.close();
  }
}
