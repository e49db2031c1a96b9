package dev.fairlead.tools.keys;

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

/** {@code /v1/admin/keys} of a gateway, and the options that say which. Calls block. */
final class KeyApi {

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
  KeyApi() {}

  JsonNode get(String path) throws KeysException {
    return send(request(path).GET().build());
  }

  JsonNode post(String path, ObjectNode body) throws KeysException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build());
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base() + "/v1/admin/keys" + path)).timeout(TIMEOUT);
    if (adminToken != null && !adminToken.isEmpty()) {
      request.header("Authorization", "Bearer " + adminToken);
    }
    return request;
  }

  private String base() {
    String text = url.toString();
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }

  private JsonNode send(HttpRequest request) throws KeysException {
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() == 200) {
        return JSON.readTree(response.body());
      }
      throw new KeysException(base() + " answered " + response.statusCode() + ": " + why(response));
    } catch (IOException e) {
      throw new KeysException(base() + " cannot be asked: " + e.getClass().getSimpleName());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KeysException("interrupted");
    }
  }

  private static String why(HttpResponse<String> response) throws IOException {
    String message = "";
    if (response.body().startsWith("{")) {
      message = JSON.readTree(response.body()).path("error").path("message").asText("");
    }
    return response.statusCode() == 404 && !message.startsWith("id:")
        ? "no admin API there (expected: a gateway started with ADMIN_TOKEN)"
        : message.isEmpty() ? "no reason" : message;
  }
}
