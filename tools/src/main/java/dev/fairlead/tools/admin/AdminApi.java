package dev.fairlead.tools.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code /v1/admin} of a gateway, and the options that say of which. Calls block. */
public final class AdminApi {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "${env:FAIRLEAD_URL:-http://127.0.0.1:8080}",
      description = "The gateway; also FAIRLEAD_URL. Default: http://127.0.0.1:8080")
  private URI url = URI.create("http://127.0.0.1:8080");

  @Option(
      names = "--admin-token",
      paramLabel = "TOKEN",
      defaultValue = "${env:ADMIN_TOKEN}",
      description = "The gateway's admin token; also ADMIN_TOKEN.")
  private @Nullable String adminToken;

  /** For picocli, which sets the fields. */
  public AdminApi() {}

  /**
   * What a gateway answered.
   *
   * @param message of its error; empty when it gives none
   */
  public record Reply(int status, String body, String message) {

    /**
     * As JSON.
     *
     * @throws IOException when it is none
     */
    public JsonNode json() throws IOException {
      return JSON.readTree(body);
    }
  }

  /** The gateway's address, without a slash at its end. */
  public String base() {
    return url.toString().replaceAll("/+$", "");
  }

  /**
   * Asks.
   *
   * @param path below {@code /v1/admin}, with its slash
   * @throws IOException when nobody answers
   */
  public Reply get(String path) throws IOException, InterruptedException {
    return send(request(path).GET().build());
  }

  /**
   * Changes something.
   *
   * @param path below {@code /v1/admin}, with its slash
   * @throws IOException when nobody answers
   */
  public Reply post(String path, ObjectNode body) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base() + "/v1/admin" + path)).timeout(TIMEOUT);
    if (adminToken != null && !adminToken.isEmpty()) {
      request.header("Authorization", "Bearer " + adminToken);
    }
    return request;
  }

  private static Reply send(HttpRequest request) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      return new Reply(response.statusCode(), response.body(), message(response.body()));
    }
  }

  private static String message(String body) {
    try {
      return JSON.readTree(body).path("error").path("message").asText("");
    } catch (IOException e) {
      return "";
    }
  }
}
