package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.client.BalancedLoad;
import dev.fairlead.standalone.client.GatewayClient;
import dev.fairlead.standalone.deployment.TwinMesh;
import dev.fairlead.standalone.deployment.TwinMesh.Node;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** H6: two of every service, restarted one by one while requests come. */
class RollingRestartIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Pattern REQUESTS = Pattern.compile("\"requests\":(\\d+)");

  private static TwinMesh mesh;

  @BeforeAll
  static void start(@TempDir Path folder) {
    mesh = new TwinMesh(folder);
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  @Test
  void everyProcess_isRestarted_withoutALostRequest() throws Exception {
    List<GatewayClient> gateways = mesh.gateways().stream().map(Node::client).toList();
    BalancedLoad load = new BalancedLoad(gateways, 50);
    try (load) {
      for (String service : List.of("provider", "cache", "scorer", "gateway")) {
        for (Node node : mesh.nodes(service)) {
          int before = load.answered();
          node.process().terminate();
          assertThat(node.process().exitValue()).as(node.name()).isZero();
          node.process().restart();
          mesh.awaitReady(node);
          await().atMost(PATIENCE).until(() -> load.answered() > before + 20);
        }
      }
    }

    assertThat(load.failures()).isEmpty();
    assertThat(load.answered()).isGreaterThan(160);
  }

  @Test
  void callUnderWay_isFinished_andKept_whenItsGatewayIsAskedToEnd() throws Exception {
    Node gateway = mesh.gateways().getFirst();
    long before = rows(gateway);
    CompletableFuture<Answer> held = ask(gateway, "heldAtTheGateway", true);

    CompletableFuture<Void> ending = end(gateway);
    await().atMost(PATIENCE).until(() -> gateway.client().get("/readyz").status() == 503);
    await().atMost(PATIENCE).until(() -> isClosed(gateway));
    mesh.vendor().release("heldAtTheGateway");

    Answer answer = held.get(60, TimeUnit.SECONDS);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).endsWith("data: [DONE]\n\n");
    ending.get(60, TimeUnit.SECONDS);
    assertThat(gateway.process().exitValue()).isZero();
    gateway.process().restart();
    mesh.awaitReady(gateway);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(rows(gateway)).isEqualTo(before + 1));
  }

  @Test
  void callUnderWay_isFinished_whenItsProviderServiceIsAskedToEnd() throws Exception {
    List<Node> providers = mesh.nodes("provider");
    // As many as reach both, which take turns.
    List<CompletableFuture<Answer>> held =
        java.util.stream.IntStream.range(0, 4)
            .mapToObj(i -> ask(mesh.gateways().getFirst(), "heldAtTheProvider", i % 2 == 0))
            .toList();
    await().atMost(PATIENCE).until(() -> mesh.vendor().received("heldAtTheProvider").size() == 4);

    CompletableFuture<Void> ending = end(providers.getFirst());
    await()
        .atMost(PATIENCE)
        .until(() -> providers.getFirst().client().get("/readyz").status() == 503);
    mesh.vendor().release("heldAtTheProvider");

    for (CompletableFuture<Answer> answer : held) {
      assertThat(answer.get(60, TimeUnit.SECONDS).status()).isEqualTo(200);
    }
    ending.get(60, TimeUnit.SECONDS);
    assertThat(providers.getFirst().process().exitValue()).isZero();
    assertThat(mesh.vendor().received("heldAtTheProvider")).hasSize(4);
    providers.getFirst().process().restart();
    mesh.awaitReady(providers.getFirst());
  }

  /**
   * On a thread of its own: on a small machine the JDK's common pool is one thread, which its HTTP
   * client needs too.
   */
  private static CompletableFuture<Void> end(Node node) {
    return CompletableFuture.runAsync(
        node.process()::terminate, task -> Thread.ofPlatform().daemon().start(task));
  }

  /** Whether its door takes no more connections. */
  private static boolean isClosed(Node gateway) {
    try (GatewayClient newcomer = new GatewayClient(gateway.client().port())) {
      newcomer.get("/readyz");
      return false;
    } catch (AssertionError e) {
      return e.getCause() instanceof ConnectException;
    }
  }

  /** What the ledger of that gateway knows. */
  private static long rows(Node gateway) {
    Answer usage =
        gateway.client().get("/v1/admin/usage", "authorization", "Bearer " + TwinMesh.ADMIN);
    assertThat(usage.status()).as(usage.body()).isEqualTo(200);
    Matcher requests = REQUESTS.matcher(usage.body());
    assertThat(requests.find()).as(usage.body()).isTrue();
    return Long.parseLong(requests.group(1));
  }

  private CompletableFuture<Answer> ask(Node gateway, String hold, boolean stream) {
    String body =
        "{\"model\":\"small\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"%s %s\"}]}"
            .formatted(stream, hold.isEmpty() ? "" : "[[hold " + hold + "]]", System.nanoTime());
    int before = mesh.vendor().received(hold).size();
    CompletableFuture<Answer> answer = gateway.client().postAsync("/v1/chat/completions", body);
    await().atMost(PATIENCE).until(() -> mesh.vendor().received(hold).size() > before);
    return answer;
  }
}
