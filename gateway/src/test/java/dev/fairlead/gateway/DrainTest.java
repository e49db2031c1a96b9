package dev.fairlead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a gateway goes: not ready first, then closed, what is under way to its end or a deadline. */
class DrainTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String BODY =
      "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":true}";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private @Nullable FakeBackends backends;

  @AfterEach
  void close() throws Exception {
    client.shutdownNow();
    backends().close();
  }

  @Test
  void readiness_goesOffFirst_whileRequestsAreStillServed() throws Exception {
    start("drain_delay: 5s, drain_timeout: 20s");
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", backends().node.grpcPort())
            .usePlaintext()
            .build();
    assertThat(health(channel)).isEqualTo(ServingStatus.SERVING);

    CompletableFuture<Void> ending = CompletableFuture.runAsync(backends().node::close);

    await().atMost(PATIENCE).until(() -> status("/readyz") == 503);
    assertThat(health(channel)).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(status("/healthz")).isEqualTo(200);
    assertThat(Http.post(backends().url("/v1/chat/completions"), BODY).body())
        .endsWith("data: [DONE]\n\n");
    ending.get(60, TimeUnit.SECONDS);
    channel.shutdownNow();
  }

  @Test
  void stream_isFinished_whenItsGatewayIsAskedToEnd() throws Exception {
    start("drain_delay: 200ms, drain_timeout: 40s");
    backends().provider.live = true;
    CompletableFuture<HttpResponse<String>> answer = ask();
    LiveUpstream upstream = backends().provider.upstreams.getFirst();
    upstream.say("one");

    CompletableFuture<Void> ending = CompletableFuture.runAsync(backends().node::close);
    await().atMost(PATIENCE).until(() -> status("/readyz") == 503);
    upstream.say("two");
    // Long after the doors were asked to close.
    await().pollDelay(Duration.ofSeconds(1)).atMost(PATIENCE).until(() -> !ending.isDone());
    upstream.finish();

    assertThat(answer.get(20, TimeUnit.SECONDS).body())
        .contains("one", "two")
        .endsWith("data: [DONE]\n\n");
    ending.get(20, TimeUnit.SECONDS);
  }

  @Test
  void stream_isCut_atTheDeadline() throws Exception {
    start("drain_timeout: 500ms");
    backends().provider.live = true;
    CompletableFuture<HttpResponse<String>> answer = ask();
    backends().provider.upstreams.getFirst().say("one");

    CompletableFuture.runAsync(backends().node::close).get(20, TimeUnit.SECONDS);

    assertThat(answer.handle((whole, error) -> error != null || !whole.body().contains("[DONE]")))
        .succeedsWithin(PATIENCE)
        .isEqualTo(true);
  }

  private void start(String server) throws IOException {
    backends = new FakeBackends("", 0, "bind: \"127.0.0.1\", " + server);
    await().atMost(PATIENCE).until(backends.node::ready);
  }

  private FakeBackends backends() {
    return Objects.requireNonNull(backends);
  }

  private CompletableFuture<HttpResponse<String>> ask() {
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(
            HttpRequest.newBuilder(URI.create(backends().url("/v1/chat/completions")))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(BODY))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    await().atMost(PATIENCE).until(() -> backends().provider.upstreams.size() == 1);
    return answer;
  }

  private int status(String path) {
    try {
      return Http.get(backends().url(path)).statusCode();
    } catch (UncheckedIOException e) {
      return -1;
    }
  }

  private static ServingStatus health(ManagedChannel channel) {
    return HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }
}
