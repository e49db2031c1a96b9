package dev.fairlead.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ManagementServerTest {

  private final AtomicBoolean ready = new AtomicBoolean();
  private final Telemetry telemetry = Telemetry.start("test", TelemetrySettings.defaults());
  private final ManagementServer server =
      ManagementServer.start(new InetSocketAddress("127.0.0.1", 0), telemetry, ready::get);
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.close();
    server.close();
    telemetry.close();
  }

  @Test
  void metrics_areTextByDefault_andOpenMetricsWhenAccepted() throws Exception {
    telemetry.registry().counter("llm.router.test").increment();

    HttpResponse<String> text = get("/metrics", "*/*");
    HttpResponse<String> open =
        get(
            "/metrics",
            "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");

    assertThat(text.headers().firstValue("content-type").orElseThrow())
        .startsWith("text/plain")
        .contains("0.0.4");
    assertThat(text.body()).contains("llm_router_test_total 1.0").doesNotContain("# EOF");
    assertThat(open.headers().firstValue("content-type").orElseThrow())
        .startsWith("application/openmetrics-text");
    assertThat(open.body()).contains("llm_router_test_total 1.0").endsWith("# EOF\n");
  }

  @Test
  void readyz_followsTheService_whileHealthzStays() throws Exception {
    assertThat(get("/readyz", "*/*").statusCode()).isEqualTo(503);
    assertThat(get("/healthz", "*/*").statusCode()).isEqualTo(200);

    ready.set(true);

    assertThat(get("/readyz", "*/*").body()).isEqualTo("{\"status\":\"ready\"}");
    assertThat(get("/readyz", "*/*").statusCode()).isEqualTo(200);
  }

  @Test
  void otherMethods_areRefused_onEveryPath() throws Exception {
    for (String path : new String[] {"/metrics", "/healthz", "/readyz"}) {
      HttpRequest put =
          HttpRequest.newBuilder(uri(path)).PUT(HttpRequest.BodyPublishers.ofString("x")).build();
      assertThat(client.send(put, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(405);
    }
    assertThat(get("/elsewhere", "*/*").statusCode()).isEqualTo(404);
  }

  @Test
  void start_fails_whenThePortIsTaken() {
    InetSocketAddress taken = new InetSocketAddress("127.0.0.1", server.port());
    assertThatThrownBy(() -> ManagementServer.start(taken, telemetry, ready::get))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(String.valueOf(server.port()));
  }

  private HttpResponse<String> get(String path, String accept)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(uri(path)).header("accept", accept).build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }
}
