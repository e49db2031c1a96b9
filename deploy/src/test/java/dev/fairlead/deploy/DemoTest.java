package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the gateway of a demo is told. */
final class DemoTest {

  private static final String GATEWAY =
      """
      #!/usr/bin/env bash
      env | grep -E '^(FAIRLEAD_JAVA|FAIRLEAD_LEDGER|DATABASE|REDIS|ADMIN|OPENAI|ENABLE)_'
      exit 1
      """;

  @Test
  void gateway_hasNothingOfTheOperatorsSettings(@TempDir Path folder) throws IOException {
    Path root = Files.createDirectories(folder.resolve("a tree"));
    Files.createDirectories(root.resolve("demo"));
    Files.copy(Repository.path("demo/gateway.bash"), root.resolve("demo/gateway.bash"));
    Path launcher = Files.writeString(root.resolve("fairlead"), GATEWAY);
    assertThat(launcher.toFile().setExecutable(true)).isTrue();

    Tool.Run run =
        Tool.run(
            Map.of(
                "DATABASE_URL", "jdbc:theirs",
                "REDIS_URL", "redis://theirs",
                "FAIRLEAD_LEDGER_URL", "jdbc:theirs too",
                "FAIRLEAD_JAVA_OPTS", "-Xmx1g",
                "OPENAI_API_KEY", "theirs"),
            List.of(
                "bash",
                "-c",
                ". \"$0/demo/gateway.bash\"; start_gateway ADMIN_TOKEN=ours",
                root.toString()));

    assertThat(run.output())
        .contains("FAIRLEAD_JAVA_OPTS=-Xmx1g", "ADMIN_TOKEN=ours", "ENABLE_MOCK_PROVIDER=1")
        .contains("the gateway ended while it started")
        .doesNotContain("theirs");
  }
}
