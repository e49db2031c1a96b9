package dev.fairlead.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.telemetry.LogLevel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmUpTest {

  private static final Duration SHORTEST = Duration.ofMillis(1);

  @TempDir private Path folder;

  @Test
  void warmUp_answersRequestsOfEveryKind_andRestoresTheLogLevel() {
    String level = LogLevel.current();

    assertThat(WarmUp.run(SHORTEST, folder)).isGreaterThanOrEqualTo(6);
    assertThat(LogLevel.current()).isEqualTo(level);
  }

  @Test
  void warmUp_leavesNoThreadAndNoFile_whenItIsOver() {
    assertThat(WarmUp.run(SHORTEST, folder)).isPositive();

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> {
          assertThat(folder).isEmptyDirectory();
          assertThat(threadsOfServices()).isEmpty();
        });
  }

  @Test
  void warmUp_isInNoMetricOfTheGatewayThatFollows() throws Exception {
    WarmUp.run(SHORTEST, folder);
    String config =
        "server: { bind: 127.0.0.1, port: 0, grpc_port: -1, data_dir: '" + folder + "' }";
    try (Standalone gateway =
            Standalone.start(ConfigSource.parse("test", config, Map.of("LOG_LEVEL", "ERROR")));
        HttpClient http = HttpClient.newHttpClient()) {
      String summary =
          http.send(
                  HttpRequest.newBuilder(
                          URI.create("http://127.0.0.1:" + gateway.httpPort() + "/metrics"))
                      .header("Accept", "application/json")
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      assertThat(summary).contains("\"totalRequests\":0").doesNotContain("warm-");
    }
  }

  /** The threads of Armeria and the common pools are the virtual machine's and stay. */
  private static List<String> threadsOfServices() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.matches("(gateway|scorer|cache|ledger|alerts|warm-up)-.*"))
        .toList();
  }

  @Test
  void noTime_isNoWarmUp() {
    assertThat(WarmUp.run(Duration.ZERO, folder)).isZero();
  }

  @Test
  void timeOutOfRange_isRefusedByName() {
    ConfigSource config = ConfigSource.parse("test", "standalone: { warm_up: 3h }", Map.of());

    assertThatThrownBy(() -> config.section("standalone", StandaloneConfig.class))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("standalone.warm_up");
  }
}
