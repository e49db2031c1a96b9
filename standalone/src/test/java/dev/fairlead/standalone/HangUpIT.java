package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.redis.FreePort;
import dev.fairlead.standalone.client.GatewayClient;
import dev.fairlead.standalone.deployment.Deployment;
import dev.fairlead.standalone.deployment.JavaProcess;
import dev.fairlead.v1.ListModelsRequest;
import dev.fairlead.v1.Model;
import dev.fairlead.v1.ProviderServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGHUP to real processes has providers and models read again; a bad file changes nothing. */
class HangUpIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @BeforeEach
  void assumeSignals() {
    assumeTrue(JavaProcess.hearsHangUps(), "SIGHUP is ignored by what this process starts");
  }

  private void write(String... models) throws IOException {
    StringBuilder yaml =
        new StringBuilder("providers: { spare: { kind: mock, mean_latency_ms: 1 } }\nmodels:\n");
    for (String model : models) {
      yaml.append("  - { id: ")
          .append(model)
          .append(", provider: spare, price: { input: 1, output: 1 } }\n");
    }
    Files.writeString(folder.resolve("fairlead.yaml"), yaml);
  }

  private JavaProcess start(String service, Map<String, String> settings) {
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("FAIRLEAD_CONFIG", folder.resolve("fairlead.yaml").toString());
    environment.put("FAIRLEAD_DATA_DIR", folder.resolve("data").toString());
    return JavaProcess.start(
        "dev.fairlead." + service + ".Main",
        List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
        environment,
        folder.resolve("log"));
  }

  @Test
  void standalone_servesTheNewModels_andKeepsThemWhenTheNextFileIsBad() throws Exception {
    write("one");
    int port = FreePort.any();
    Map<String, String> settings =
        Map.of(
            "PORT",
            Integer.toString(port),
            "FAIRLEAD_SERVER_GRPC_PORT",
            "-1",
            "FAIRLEAD_STANDALONE_WARM_UP",
            "0s");
    try (JavaProcess process = start("standalone", settings);
        GatewayClient client = new GatewayClient(port)) {
      Deployment.awaitReady(client, process::output);
      assertThat(models(client)).contains("\"one\"").doesNotContain("\"two\"");

      write("one", "two");
      process.hangUp();
      await().atMost(PATIENCE).until(() -> models(client).contains("\"two\""));

      write("three, colour: red");
      process.hangUp();
      await().atMost(PATIENCE).until(() -> process.output().contains("colour"));
      assertThat(models(client)).contains("\"two\"").doesNotContain("\"three\"");

      write("four");
      process.hangUp();
      await().atMost(PATIENCE).until(() -> models(client).contains("\"four\""));
      assertThat(models(client)).doesNotContain("\"two\"");
    }
  }

  private static String models(GatewayClient client) {
    return client.get("/v1/models").body();
  }

  @Test
  void providerService_servesTheNewModels_andKeepsThemWhenTheNextFileIsBad() throws Exception {
    write("one");
    int port = FreePort.together(Deployment.MANAGEMENT);
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try (JavaProcess process =
        start("provider", Map.of("FAIRLEAD_PROVIDER_PORT", Integer.toString(port)))) {
      awaitModels(channel, "one");

      write("one", "two");
      process.hangUp();
      awaitModels(channel, "one", "two");

      write("three, colour: red");
      process.hangUp();
      await().atMost(PATIENCE).until(() -> process.output().contains("colour"));
      awaitModels(channel, "one", "two");
    } finally {
      channel.shutdownNow();
    }
  }

  private static void awaitModels(ManagedChannel channel, String... ids) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(() ->
            assertThat(
                    ProviderServiceGrpc.newBlockingStub(channel)
                        .listModels(ListModelsRequest.getDefaultInstance())
                        .getModelsList())
                .extracting(Model::getId)
                .containsExactly(ids));
  }
}
