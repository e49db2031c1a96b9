package dev.fairlead.tools.ask;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One gateway over HTTP. Calls block. */
final class GatewayClient implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_ERROR_TEXT = 300;

  private final URI gateway;
  private final @Nullable String key;
  private final Duration timeout;
  private final HttpClient http;

  GatewayClient(URI gateway, @Nullable String key, Duration timeout) {
    this.gateway = gateway;
    this.key = key;
    this.timeout = timeout;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
  }

  /** Writes the answer's text to {@code out}, as it comes when it is streamed. */
  AnswerFacts ask(Question question, PrintWriter out) throws AskException, InterruptedException {
    long begun = System.nanoTime();
    HttpResponse<InputStream> response = send(question);
    try (InputStream body = response.body()) {
      if (response.statusCode() != 200) {
        throw refused(response, body);
      }
      JsonNode late = MissingNode.getInstance();
      if (isStream(response)) {
        late = new AnswerStream(out).copy(body);
      } else {
        print(body, out);
      }
      return AnswerFacts.of(response.headers(), late, Duration.ofNanos(System.nanoTime() - begun));
    } catch (IOException e) {
      throw new AskException("the answer broke off: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    http.close();
  }

  private HttpResponse<InputStream> send(Question question)
      throws AskException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(gateway + "/v1/chat/completions"))
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(question.json()));
    if (key != null && !key.isEmpty()) {
      request.header("Authorization", "Bearer " + key);
    }
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (ConnectException | HttpConnectTimeoutException e) {
      throw new AskException(
          "no gateway answers at "
              + gateway
              + " (start one with ./fairlead up, or name another with --url)",
          e);
    } catch (HttpTimeoutException e) {
      throw new AskException(
          "no answer within " + timeout.toSeconds() + " s (more with --timeout)", e);
    } catch (IOException e) {
      throw new AskException(gateway + " does not answer as a gateway does: " + e.getMessage(), e);
    }
  }

  private static boolean isStream(HttpResponse<?> response) {
    return response.headers().firstValue("content-type").orElse("").startsWith("text/event-stream");
  }

  private static void print(InputStream body, PrintWriter out) throws AskException, IOException {
    JsonNode message = tree(body.readAllBytes()).path("choices").path(0).path("message");
    if (!message.isObject()) {
      throw new AskException("the answer holds no choice (expected: choices[0].message)");
    }
    String text =
        message.path("content").isTextual() ? message.path("content").asText() : message.toString();
    out.print(text);
  }

  private static AskException refused(HttpResponse<?> response, InputStream body)
      throws IOException {
    byte[] bytes = body.readAllBytes();
    String reason = new String(bytes, StandardCharsets.UTF_8).strip();
    try {
      JsonNode message = JSON.readTree(bytes).path("error").path("message");
      reason = message.isTextual() ? message.asText() : reason;
    } catch (JsonProcessingException e) {
      reason = reason.isEmpty() ? "no reason given" : reason;
    }
    String shown =
        reason.length() > MAX_ERROR_TEXT ? reason.substring(0, MAX_ERROR_TEXT) + "..." : reason;
    String id =
        response.headers().firstValue("x-request-id").map(text -> ", request " + text).orElse("");
    return new AskException(shown + " (HTTP " + response.statusCode() + id + ")");
  }

  private static JsonNode tree(byte[] bytes) throws AskException, IOException {
    try {
      return JSON.readTree(bytes);
    } catch (JsonProcessingException e) {
      throw new AskException("the answer is not JSON: " + e.getOriginalMessage(), e);
    }
  }
}
