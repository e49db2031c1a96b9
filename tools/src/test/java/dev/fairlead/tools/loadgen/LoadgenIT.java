package dev.fairlead.tools.loadgen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.tools.Fairlead;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The generator as a process, which alone can get a signal. */
class LoadgenIT {

  @TempDir private Path folder = Path.of(".");

  @Test
  void report_isPrintedAndTheCodeIs130_whenCtrlCEndsTheRun() throws Exception {
    Path output = folder.resolve("output.txt");
    try (ScriptedGateway gateway = ScriptedGateway.answering(n -> ScriptedGateway.answer())) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Fairlead.class.getName(),
                  "loadgen",
                  "--url=" + gateway.url(),
                  "--qps=50",
                  "--duration=10m")
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try {
        await().atMost(60, TimeUnit.SECONDS).until(() -> gateway.requests().size() > 20);
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(130);
        assertThat(Files.readString(output))
            .contains("30000 planned")
            .contains("answers/s in ")
            .contains(", interrupted")
            .contains("gpt-4o-mini");
      } finally {
        process.destroyForcibly();
      }
    }
  }
}
