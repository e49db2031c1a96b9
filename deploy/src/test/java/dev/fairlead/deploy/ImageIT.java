package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the Dockerfile's stages run, run as processes of this machine: no container engine is
 * needed.
 */
final class ImageIT {

  @Test
  void scorer_startsFromItsOwnRuntimeAndAotCache_andTellsItsHealth(@TempDir Path folder)
      throws Exception {
    Path jars = Files.createDirectory(folder.resolve("jars"));
    copyJars(jars);
    Map<String, String> environment = new HashMap<>();
    environment.put("FAIRLEAD_JARS", jars.toString());
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    Path image = folder.resolve("image");
    succeed(environment, "compose/image/assemble.sh", "scorer", image.toString());

    environment.put("JAVA_HOME", image.resolve("jre").toString());
    environment.put("FAIRLEAD_SERVICE", "scorer");
    environment.put("FAIRLEAD_SCORER_PORT", String.valueOf(freePort()));
    Path bin = image.resolve("app/bin");
    Path cache = image.resolve("app/aot/app.aot");
    succeed(environment, bin.resolve("train-aot.sh").toString(), cache.toString());
    assertThat(cache).isNotEmptyFile();

    environment.put("FAIRLEAD_JAVA_OPTS", "-Xlog:class+load:file=" + folder.resolve("classes.log"));
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(bin.resolve("run.sh").toString())
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.redirectOutput(log.toFile()).environment().putAll(environment);
    Process service = builder.start();
    try {
      await()
          .atMost(Duration.ofSeconds(90))
          .pollInterval(Duration.ofMillis(300))
          .until(() -> healthy(environment, bin) || !service.isAlive());
      assertThat(service.isAlive()).as(Files.readString(log)).isTrue();
      assertThat(Files.readString(folder.resolve("classes.log")))
          .containsPattern("dev\\.fairlead\\.scorer\\.Main source: shared objects file");
      service.destroy();
      assertThat(service.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(healthy(environment, bin)).isFalse();
    } finally {
      service.destroyForcibly();
    }
  }

  @Test
  void unknownService_isRefusedByName(@TempDir Path folder) {
    Tool.Run run =
        Tool.run(Map.of(), List.of("compose/image/assemble.sh", "ledger", folder.toString()));
    assertThat(run.code()).isNotZero();
    assertThat(run.output()).contains("unknown service ledger (expected: gateway, scorer");
  }

  private static boolean healthy(Map<String, String> environment, Path bin) {
    return Tool.run(environment, List.of(bin.resolve("healthcheck.sh").toString())).code() == 0;
  }

  private static void succeed(Map<String, String> environment, String... command) {
    Tool.Run run = Tool.run(environment, List.of(command));
    assertThat(run.code()).as(run.output()).isZero();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort() > 60_000 ? 17_001 : socket.getLocalPort();
    }
  }

  /** This test's class path as jars; a module that is a folder of classes becomes one. */
  private static void copyJars(Path target) throws IOException {
    ToolProvider jar = ToolProvider.findFirst("jar").orElseThrow();
    int folders = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path)) {
        String name = target.resolve("classes-" + folders++ + ".jar").toString();
        assertThat(jar.run(System.out, System.err, "cf", name, "-C", entry, ".")).isZero();
      } else if (entry.endsWith(".jar") && Files.exists(path) && !entry.contains("linux-amd64")) {
        Files.copy(
            path,
            target.resolve(path.getFileName()),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }
}
