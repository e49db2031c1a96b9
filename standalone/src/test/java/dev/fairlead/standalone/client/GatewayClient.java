package dev.fairlead.standalone.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A plain HTTP client of one gateway; knows nothing of the product but its address. Thread-safe.
 */
public final class GatewayClient implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final int port;
  private final String root;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** A client of the gateway on that port of this machine. */
  public GatewayClient(int port) {
    this.port = port;
    root = "http://127.0.0.1:" + port;
  }

  /** The gateway's port. */
  public int port() {
    return port;
  }

  /** GET; headers are names and values in turn. */
  public Answer get(String path, String... headers) {
    return send(request(path, headers).GET());
  }

  /** POST of JSON. */
  public Answer post(String path, String json, String... headers) {
    return send(json(path, json, headers));
  }

  /** POST of bytes. */
  public Answer post(String path, byte[] body, String... headers) {
    return send(
        request(path, headers)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofByteArray(body)));
  }

  /** POST of nothing, without a content type. */
  public Answer postNothing(String path, String... headers) {
    return send(request(path, headers).POST(BodyPublishers.noBody()));
  }

  /** POST of JSON that does not wait for the answer. */
  public CompletableFuture<Answer> postAsync(String path, String json, String... headers) {
    return http.sendAsync(json(path, json, headers).build(), BodyHandlers.ofString())
        .thenApply(GatewayClient::answer);
  }

  /** POST of JSON whose answer is read by the caller as it comes; closing it goes away. */
  public HttpResponse<InputStream> open(String path, String json, String... headers) {
    try {
      return http.send(json(path, json, headers).build(), BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new AssertionError(path, e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    http.close();
  }

  private HttpRequest.Builder json(String path, String json, String... headers) {
    return request(path, headers)
        .header("content-type", "application/json")
        .POST(BodyPublishers.ofString(json, StandardCharsets.UTF_8));
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(root + path)).timeout(PATIENCE);
    return headers.length == 0 ? builder : builder.headers(headers);
  }

  private Answer send(HttpRequest.Builder request) {
    try {
      return answer(http.send(request.build(), BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new AssertionError(request.build().uri().toString(), e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Answer answer(HttpResponse<String> response) {
    return new Answer(response.statusCode(), response.headers(), response.body());
  }
}
