package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The rules of the common Dockerfile linters that matter here. Building it needs a container
 * engine.
 */
final class DockerfileTest {

  private static final List<String> LINES = instructions();

  private static List<String> instructions() {
    List<String> instructions = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    for (String line : Repository.text("compose/Dockerfile").lines().toList()) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      open.append(line.strip(), 0, line.strip().length() - (line.endsWith("\\") ? 1 : 0))
          .append(' ');
      if (!line.endsWith("\\")) {
        instructions.add(open.toString().strip());
        open.setLength(0);
      }
    }
    return instructions;
  }

  @Test
  void bases_arePinnedByVersion() {
    assertThat(LINES.stream().filter(line -> line.matches("ARG \\w+_IMAGE=.*")))
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).matches("ARG \\w+=[a-z/-]+:\\d+\\.\\d+[a-z0-9.-]*"));
    assertThat(LINES.stream().filter(line -> line.startsWith("FROM ")))
        .allSatisfy(line ->
            assertThat(line).matches("FROM (\\$\\{(MAVEN|BASE)_IMAGE}|runtime)( AS \\w+)?"));
  }

  @Test
  void lastStage_runsAsNobodyInParticular() {
    int last = lastFrom();
    assertThat(LINES.subList(last, LINES.size())).noneMatch(line -> line.startsWith("USER"));
    assertThat(LINES.get(last)).isEqualTo("FROM runtime");
    assertThat(LINES).contains("USER 10001:10001");
  }

  @Test
  void lastStage_tellsItsHealthWithoutCurl_andStartsByExecForm() {
    List<String> last = LINES.subList(lastFrom(), LINES.size());
    assertThat(last)
        .anyMatch(line ->
            line.startsWith("HEALTHCHECK") && line.contains("[\"/app/bin/healthcheck.sh\"]"));
    assertThat(last).anyMatch(line -> line.startsWith("ENTRYPOINT [\"/app/bin/run.sh\"]"));
    assertThat(String.join("\n", LINES))
        .doesNotContain("curl")
        .doesNotContain("sudo")
        .doesNotContain("ADD ");
  }

  @Test
  void buildContext_leavesOutWhatIsBuiltOrSecret() {
    assertThat(Repository.text(".dockerignore").lines())
        .contains(".git", "**/target", "data", "**/.env");
  }

  private static int lastFrom() {
    int last = 0;
    for (int i = 0; i < LINES.size(); i++) {
      last = LINES.get(i).startsWith("FROM ") ? i : last;
    }
    return last;
  }
}
