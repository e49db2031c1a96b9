package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.config.ConfigSource;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin route that reloads providers, over all services. */
class AdminReloadTest {

  private static final String TOKEN = "canary-admin-token";
  private static final String ROUTE = "/v1/admin/providers/reload";

  @TempDir private Path directory;
  private final HttpClient client = HttpClient.newHttpClient();

  private Path write(String models, String token) throws IOException {
    return Files.writeString(
        directory.resolve("fairlead.yaml"),
        "server: { port: 0, grpc_port: -1 }\n"
            + (token.isEmpty() ? "" : "security: { admin_token: " + token + " }\n")
            + "providers: { spare: { kind: mock, mean_latency_ms: 1 } }\nmodels:\n"
            + models);
  }

  private static String model(String id) {
    return "  - { id: " + id + ", provider: spare, price: { input: 1, output: 1 } }\n";
  }

  private HttpResponse<String> call(Standalone server, String method, String path, String auth)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (!auth.isEmpty()) {
      request.header("authorization", auth);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void reload_swapsTheModelsAtOnce_andKeepsTheOldOnesWhenTheFileIsBad() throws Exception {
    Path file = write(model("one"), TOKEN);
    try (Standalone server = Standalone.start(ConfigSource.load(file, Map.of()))) {
      await().until(server::ready);
      write(model("one") + model("two"), TOKEN);
      HttpResponse<String> done = call(server, "POST", ROUTE, "Bearer " + TOKEN);
      assertThat(done.statusCode()).isEqualTo(200);
      assertThat(done.body()).contains("\"version\":2", "\"models\":2");
      assertThat(call(server, "GET", "/v1/models", "").body()).contains("\"two\"");

      write("  - { id: three, provider: nobody }\n", TOKEN);
      HttpResponse<String> refused = call(server, "POST", ROUTE, "Bearer " + TOKEN);
      assertThat(refused.statusCode()).isEqualTo(409);
      assertThat(refused.body()).contains("nobody", "invalid_configuration").doesNotContain(TOKEN);
      assertThat(call(server, "GET", "/v1/models", "").body())
          .contains("\"two\"")
          .doesNotContain("three");

      assertThat(call(server, "POST", ROUTE, "Bearer wrong").statusCode()).isEqualTo(401);
      assertThat(call(server, "POST", ROUTE, "").statusCode()).isEqualTo(401);
      assertThat(call(server, "GET", ROUTE, "Bearer " + TOKEN).statusCode()).isEqualTo(405);

      write(model("four"), TOKEN);
      server.reload();
      await().until(() -> call(server, "GET", "/v1/models", "").body().contains("\"four\""));
    }
  }

  @Test
  void route_doesNotExist_withoutAnAdminToken() throws Exception {
    Path file = write(model("one"), "");
    try (Standalone server = Standalone.start(ConfigSource.load(file, Map.of()))) {
      await().until(server::ready);
      assertThat(call(server, "POST", ROUTE, "Bearer ").statusCode()).isEqualTo(404);
    }
  }
}
