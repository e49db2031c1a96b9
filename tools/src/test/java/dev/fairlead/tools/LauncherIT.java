package dev.fairlead.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script {@code fairlead} of the root folder, as far as it goes without building. */
class LauncherIT {

  private static final Path SCRIPT = Path.of("..", "fairlead").toAbsolutePath().normalize();

  @TempDir private Path folder = Path.of(".");

  @Test
  void help_listsEveryCommand() throws Exception {
    Outcome outcome = run(Map.of(), "help");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.output())
        .contains("up ", "mesh ", "ask ", "loadgen ", "train ", "validate-models ")
        .contains("models ", "mock-server ", "test ", "prepare ");
  }

  @Test
  void command_isRefused_whenUnknown() throws Exception {
    Outcome outcome = run(Map.of(), "launch");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.output()).contains("unknown command launch");
  }

  @Test
  void start_isRefused_whenOptionOrFileIsWrong() throws Exception {
    assertThat(run(Map.of(), "up", "--prot", "1").output()).contains("unknown option --prot");
    assertThat(run(Map.of(), "up", "--config").output()).contains("--config needs a file");
    assertThat(run(Map.of("FAIRLEAD_CONFIG", "/no/such.yaml"), "mesh").output())
        .contains("/no/such.yaml cannot be read");
  }

  @Test
  void jdk_isNamedAsMissing_whenNoneIsFound() throws Exception {
    String places = "/usr/lib/jvm|/usr/java|/opt/j|/Library/J|/usr/libexec";
    String text = Files.readString(SCRIPT).replaceAll(places, "/nowhere");
    Path blind = Files.writeString(folder.resolve("fairlead"), text);
    Path home = folder.resolve("jdk-17");
    Path wrong = Files.createDirectories(home.resolve("bin"));
    for (String program : List.of("java", "javac")) {
      Path file =
          Files.writeString(wrong.resolve(program), "#!/bin/sh\necho 'version \"17.0.1\"' >&2\n");
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    String path = wrong + ":" + System.getenv("PATH");

    Outcome outcome =
        run(
            blind,
            Map.of("PATH", path, "JAVA_HOME", home.toString(), "HOME", "/nowhere"),
            "ask",
            "hi");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.output()).contains("no JDK 25 found").contains("JAVA_HOME");
  }

  @Test
  void mesh_readsPortsAndWhetherDoorsHaveTls_fromFileAndEnvironment() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("mesh.yaml"),
            """
            server: { grpc_port: 0, port: 9090, management_port: 9099 }
            scorer:
              # port: 1
              port: 7011 # here
            tls:
              hops: { cert: "a.pem" }
              edge:
                cert: "b.pem"
            """);
    String ask =
        "set -euo pipefail; . ../config/mesh.bash; port_of server 1; port_of scorer 2; port_of"
            + " cache 3; in_file server management_port: || echo none; if doors_have_tls; then"
            + " echo tls; else echo plain; fi";

    assertThat(bash(ask, Map.of("FAIRLEAD_CONFIG", file.toString())))
        .containsExactly("9090", "7011", "3", "9099", "tls");
    assertThat(bash(ask, Map.of("PORT", "5", "FAIRLEAD_CACHE_PORT", "6")))
        .containsExactly("5", "2", "6", "none", "plain");
    assertThat(bash(ask, Map.of("FAIRLEAD_TLS_EDGE_CERT", "c.pem"))).last().isEqualTo("tls");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tls: { edge: { key: k, cert: c.pem } } | tls",
        "tls: { edge: { cert: \"\", key: \"\" }, hops: { cert: h.pem } } | plain",
        "tls:/  edge:/    cert: \"\"   # none/    key: \"\"/  hops:/    cert: h.pem/ | plain",
        "tls:/  edge: { client_auth: none }/  hops: { cert: h.pem } | plain",
        "tls:/  hops: { cert: h.pem }/  edge:/    client_auth: none//    # more/    cert: c.pem | tls",
        "tls:/  edge:/    cert:/server: { cert: x } | plain",
        "server: { port: 1 } | plain"
      })
  void mesh_takesAnEmptyCertificateForNone(String yaml, String doors) throws Exception {
    Path file = Files.writeString(folder.resolve("tls.yaml"), yaml.replace('/', '\n'));
    String ask =
        "set -euo pipefail; . ../config/mesh.bash; if doors_have_tls; then echo tls; else echo"
            + " plain; fi";
    assertThat(bash(ask, Map.of("FAIRLEAD_CONFIG", file.toString()))).containsExactly(doors);
  }

  private static List<String> bash(String script, Map<String, String> environment)
      throws Exception {
    ProcessBuilder builder = new ProcessBuilder("bash", "-c", script).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output.lines().toList();
  }

  private record Outcome(int code, String output) {}

  private Outcome run(Map<String, String> environment, String... arguments) throws Exception {
    return run(SCRIPT, environment, arguments);
  }

  private Outcome run(Path script, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", script.toString()));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(folder, "output", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().remove("FAIRLEAD_CONFIG");
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
  }
}
