package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class WorkflowsTest {

  private static final List<Path> FILES = Repository.files(".github/workflows", ".yml");
  private static final Pattern OURS =
      Pattern.compile("(?<![\\w/.-])((?:compose|deploy|\\.ci|proto)/[\\w./-]+|\\./fairlead\\b)");

  @Test
  void jobs_haveTimeLimitsAndFewRights() {
    assertThat(FILES).hasSize(2);
    for (Path file : FILES) {
      JsonNode workflow = Repository.yaml(file.toString());
      assertThat(workflow.at("/permissions/contents").asText())
          .as(file.toString())
          .isEqualTo("read");
      workflow
          .get("jobs")
          .properties()
          .forEach(
              job -> assertThat(job.getValue().has("timeout-minutes")).as(job.getKey()).isTrue());
    }
  }

  @Test
  void actions_arePinned() {
    for (JsonNode step : steps()) {
      if (step.has("uses")) {
        assertThat(step.get("uses").asText()).matches("[\\w-]+/[\\w/-]+@v\\d[\\d.]*");
      } else {
        assertThat(step.get("run").asText()).isNotBlank();
      }
    }
  }

  @Test
  void filesThatStepsName_areThere() {
    List<String> named = new ArrayList<>();
    for (JsonNode step : steps()) {
      Matcher matcher = OURS.matcher(step.path("run").asText() + " " + step.path("with"));
      while (matcher.find()) {
        named.add(matcher.group(1));
      }
    }
    assertThat(named)
        .hasSizeGreaterThan(5)
        .allSatisfy(path -> assertThat(Files.exists(Repository.path(path))).as(path).isTrue());
  }

  @Test
  void release_followsItsTests_andSignsWhatItPublishes() {
    JsonNode jobs = Repository.yaml(".github/workflows/release.yml").get("jobs");
    assertThat(jobs.at("/images/needs").asText()).isEqualTo("artifacts");
    assertThat(jobs.get("artifacts").toString())
        .contains(".ci/run", "cyclonedx", "SHA256SUMS", "cosign sign-blob");
  }

  private static List<JsonNode> steps() {
    List<JsonNode> steps = new ArrayList<>();
    for (Path file : FILES) {
      Repository.yaml(file.toString())
          .get("jobs")
          .properties()
          .forEach(job -> job.getValue().get("steps").forEach(steps::add));
    }
    return steps;
  }
}
