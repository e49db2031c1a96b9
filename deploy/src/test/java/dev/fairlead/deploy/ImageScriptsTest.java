package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The image's scripts by themselves: the programs that they call are stubs. */
final class ImageScriptsTest {

  /** Puts jars where Maven would: a relative folder is one of each module. */
  private static final String MAVEN =
      """
      #!/usr/bin/env bash
      set -eu
      for argument; do
        case $argument in -DoutputDirectory=*) jars=${argument#*=} ;; esac
      done
      cd scorer-service
      mkdir -p "$jars" target
      touch "$jars/library.jar" target/fairlead-scorer-service-1.jar
      """;

  private static final String JLINK =
      """
      #!/usr/bin/env bash
      mkdir "${@: -1}"
      """;

  @Test
  void archive_isLaidOut_whereTheFolderIsRelative(@TempDir Path folder) throws IOException {
    Path scripts = Files.createDirectories(folder.resolve("tree/compose/image"));
    for (Path script : Repository.files("compose/image", ".sh")) {
      Files.copy(
          script,
          scripts.resolve(script.getFileName()),
          StandardCopyOption.COPY_ATTRIBUTES,
          StandardCopyOption.REPLACE_EXISTING);
    }
    Files.createDirectories(folder.resolve("tree/scorer-service"));
    stub(folder.resolve("bin"), "mvn", MAVEN);
    stub(folder.resolve("jdk/bin"), "jlink", JLINK);

    Tool.Run run =
        Tool.run(
            Map.of(
                "PATH",
                folder.resolve("bin") + ":" + System.getenv("PATH"),
                "JAVA_HOME",
                folder.resolve("jdk").toString(),
                "FAIRLEAD_JARS",
                ""),
            List.of(
                "bash",
                "-c",
                "cd \"$0\" && compose/image/assemble.sh scorer target/image-scorer",
                folder.resolve("tree").toString()));

    assertThat(run.code()).as(run.output()).isZero();
    Path image = folder.resolve("tree/target/image-scorer");
    assertThat(image.resolve("app/lib")).isDirectoryContaining("glob:**/library.jar");
    assertThat(image.resolve("app/lib"))
        .isDirectoryContaining("glob:**/fairlead-scorer-service-1.jar");
    assertThat(image.resolve("app/bin/run.sh")).isExecutable();
    assertThat(image.resolve("jre")).isDirectory();
  }

  @ParameterizedTest
  @CsvSource({
    "gateway, '', 8080",
    "gateway, PORT=9000, 9000",
    "gateway, FAIRLEAD_SERVER_MANAGEMENT_PORT=9100, 9100",
    "gateway, FAIRLEAD_SERVER_MANAGEMENT_PORT=-1, 8080",
    "gateway, FAIRLEAD_TLS_EDGE_CERT=/tls/tls.crt, 8180",
    "standalone, FAIRLEAD_TLS_EDGE_CERT=/tls/tls.crt FAIRLEAD_SERVER_MANAGEMENT_PORT=9100, 9100",
    "scorer, FAIRLEAD_TLS_EDGE_CERT=/tls/tls.crt, 7101",
    "provider, FAIRLEAD_PROVIDER_PORT=7500, 7600"
  })
  void health_isAskedWhereItIsPlain(String service, String environment, String port) {
    Tool.Run run = script(service, environment, "health_port_of " + service);
    assertThat(run.code()).as(run.output()).isZero();
    assertThat(run.output()).isEqualToIgnoringNewLines(port);
  }

  @ParameterizedTest
  @CsvSource({
    "gateway, '', -XX:+UseParallelGC",
    "provider, '', -XX:+UseParallelGC",
    "standalone, FAIRLEAD_JAVA_OPTS=-Xmx1g, -XX:+UseParallelGC",
    "cache, '', -XX:+UseG1GC",
    "scorer, '', -XX:+UseG1GC"
  })
  void collector_isTheOneThatSuitsTheService(String service, String environment, String flag) {
    Tool.Run run = script(service, environment, "collector_of " + service);
    assertThat(run.output().lines().toList()).startsWith(flag);
  }

  @Test
  void collector_isLeftToOptions_thatNameOne() {
    Tool.Run run =
        script(
            "gateway", "FAIRLEAD_JAVA_OPTS='-Xmx1g -XX:+UseZGC'", "collector_of gateway | wc -c");
    assertThat(run.output().strip()).isEqualTo("0");
  }

  @Test
  void gateway_opensThePlainPort_whenItsDoorsHaveCertificates(@TempDir Path folder)
      throws IOException {
    Path image = Files.createDirectories(folder.resolve("app/bin"));
    Files.createDirectories(folder.resolve("app/lib"));
    for (String script : List.of("run.sh", "service.sh")) {
      Files.copy(
          Repository.path("compose/image").resolve(script),
          image.resolve(script),
          StandardCopyOption.COPY_ATTRIBUTES);
    }
    stub(
        folder.resolve("jdk/bin"),
        "java",
        "#!/usr/bin/env bash\necho \"port ${FAIRLEAD_SERVER_MANAGEMENT_PORT:-none}\"\n");
    String run = "JAVA_HOME=" + folder.resolve("jdk") + " " + image.resolve("run.sh");
    assertThat(script("gateway", "FAIRLEAD_TLS_EDGE_CERT=/tls/tls.crt", run).output())
        .contains("port 8180");
    assertThat(script("gateway", "", run).output()).contains("port none");
    assertThat(script("scorer", "FAIRLEAD_TLS_EDGE_CERT=/tls/tls.crt", run).output())
        .contains("port none");
  }

  /** Runs a line where the image's functions are known and nothing is set but this. */
  private static Tool.Run script(String service, String environment, String line) {
    return Tool.run(
        Map.of(),
        List.of(
            "env",
            "-i",
            "bash",
            "-c",
            "set -euo pipefail; PATH=/usr/bin:/bin; . compose/image/service.sh; export FAIRLEAD_SERVICE="
                + service
                + " "
                + environment
                + "; "
                + line));
  }

  private static void stub(Path folder, String name, String text) throws IOException {
    Path program = Files.createDirectories(folder).resolve(name);
    Files.writeString(program, text);
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }
}
