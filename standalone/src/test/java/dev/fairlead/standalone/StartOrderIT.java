package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.redis.FreePort;
import dev.fairlead.standalone.client.Answer;
import dev.fairlead.standalone.client.GatewayClient;
import dev.fairlead.standalone.deployment.Deployment;
import dev.fairlead.standalone.deployment.JavaProcess;
import dev.fairlead.standalone.deployment.SpanCollector;
import dev.fairlead.standalone.deployment.Vendor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each service is started before what it calls. */
class StartOrderIT {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String BODY =
      "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello %d\"}]}";

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private @TempDir Path folder;

  @AfterEach
  void closeAll() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  @Test
  void services_findEachOther_whateverTheOrderOfTheirStart() throws Exception {
    int scorer = FreePort.together(Deployment.MANAGEMENT);
    int cache = FreePort.together(Deployment.MANAGEMENT);
    int provider = FreePort.together(Deployment.MANAGEMENT);
    int http = FreePort.any();
    configure(scorer, cache, provider);
    GatewayClient gateway = opened(new GatewayClient(http));

    start("gateway", Map.of("PORT", "" + http, "FAIRLEAD_SERVER_GRPC_PORT", "0"));
    await().atMost(PATIENCE).ignoreExceptionsMatching(e -> true).until(() -> alive(gateway));
    assertThat(gateway.get("/readyz").status()).isEqualTo(503);
    Answer early = ask(gateway, "small");
    assertThat(early.status()).as(early.body()).isEqualTo(503);

    start(
        "cache",
        Map.of("FAIRLEAD_CACHE_PORT", "" + cache, "FAIRLEAD_CACHE_SCORER", "127.0.0.1:" + scorer));
    awaitReady(cache + 100);
    assertThat(gateway.get("/readyz").status()).as("no models yet").isEqualTo(503);

    start("provider", Map.of("FAIRLEAD_PROVIDER_PORT", "" + provider));
    Deployment.awaitReady(gateway, () -> "the gateway does not get ready");
    Answer unscored = ask(gateway, "auto");
    assertThat(unscored.status()).as(unscored.body()).isEqualTo(200);
    assertThat(unscored.header("x-fairlead-reason"))
        .as(unscored.body())
        .isEqualTo("scorer_unavailable");

    start("scorer", Map.of("FAIRLEAD_SCORER_PORT", "" + scorer));
    await()
        .atMost(PATIENCE)
        .until(() -> !ask(gateway, "auto").header("x-fairlead-complexity").isEmpty());
  }

  private static boolean alive(GatewayClient gateway) {
    return gateway.get("/healthz").status() == 200;
  }

  private void awaitReady(int port) {
    GatewayClient management = opened(new GatewayClient(port));
    Deployment.awaitReady(management, () -> port + " does not get ready");
  }

  private static Answer ask(GatewayClient gateway, String model) {
    return gateway.post("/v1/chat/completions", BODY.formatted(model, System.nanoTime()));
  }

  private void configure(int scorer, int cache, int provider) throws IOException {
    String services =
        """
        services: { scorer: "127.0.0.1:%d", cache: "127.0.0.1:%d", provider: "127.0.0.1:%d" }
        """
            .formatted(scorer, cache, provider);
    Files.writeString(
        folder.resolve("mesh.yaml"),
        Deployment.yaml(opened(new Vendor()), opened(new SpanCollector()), services));
  }

  private void start(String service, Map<String, String> names) {
    Map<String, String> environment = new HashMap<>(names);
    environment.put("FAIRLEAD_CONFIG", folder.resolve("mesh.yaml").toString());
    environment.put("FAIRLEAD_DATA_DIR", folder.resolve(service).toString());
    opened(
        JavaProcess.start(
            "dev.fairlead." + service + ".Main",
            List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
            environment,
            folder.resolve(service + ".log")));
  }

  private <T extends AutoCloseable> T opened(T closeable) {
    opened.push(closeable);
    return closeable;
  }
}
