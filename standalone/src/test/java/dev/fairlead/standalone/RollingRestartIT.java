package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.client.BalancedLoad;
import dev.fairlead.standalone.client.GatewayClient;
import dev.fairlead.standalone.deployment.TwinMesh;
import dev.fairlead.standalone.deployment.TwinMesh.Node;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** H6: two of every service, restarted one by one while requests come. */
class RollingRestartIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

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
  void callUnderWay_isFinished_whenItsProviderServiceIsAskedToEnd() throws Exception {
    List<Node> providers = mesh.nodes("provider");
    // As many as reach both, which take turns.
    List<CompletableFuture<Answer>> held =
        java.util.stream.IntStream.range(0, 4)
            .mapToObj(i -> ask(mesh.gateways().getFirst(), "heldAtTheProvider", i % 2 == 0))
            .toList();
    await().atMost(PATIENCE).until(() -> mesh.vendor().received("heldAtTheProvider").size() == 4);

    CompletableFuture<Void> ending =
        CompletableFuture.runAsync(providers.getFirst().process()::terminate);
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
