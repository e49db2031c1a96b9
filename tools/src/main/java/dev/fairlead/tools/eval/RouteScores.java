package dev.fairlead.tools.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fairlead.tools.train.RoutingExample;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Complexities by a running gateway's {@code POST /v1/route}. Calls block. */
final class RouteScores implements AutoCloseable {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final URI route;
  private final @Nullable String key;
  private final HttpClient http = HttpClient.newHttpClient();

  RouteScores(URI gateway, @Nullable String key) {
    this.route = gateway.resolve("/v1/route");
    this.key = key;
  }

  double[] of(List<RoutingExample> examples) throws IOException, InterruptedException {
    double[] scores = new double[examples.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = complexity(examples.get(i).prompt());
    }
    return scores;
  }

  private double complexity(String prompt) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(route)
            .timeout(TIMEOUT)
            .header("content-type", "application/json")
            .header("cache-control", "no-cache")
            .POST(
                HttpRequest.BodyPublishers.ofByteArray(
                    JSON.writeValueAsBytes(Map.of("prompt", prompt))));
    if (key != null) {
      request.header("authorization", "Bearer " + key);
    }
    HttpResponse<byte[]> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    if (response.statusCode() != 200) {
      throw new IOException(route + ": status " + response.statusCode() + " (expected: 200)");
    }
    JsonNode complexity = JSON.readTree(response.body()).path("complexity");
    if (!complexity.isNumber()) {
      throw new IOException(
          route + ": complexity " + complexity + " (expected: a number; is the scorer away?)");
    }
    return complexity.doubleValue();
  }

  @Override
  public void close() {
    http.close();
  }
}
