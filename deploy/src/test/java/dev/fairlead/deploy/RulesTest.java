package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Recording and alert rules, by Prometheus' own tool where the machine has it. */
final class RulesTest {

  private static final String ALERTS = "compose/prometheus/rules/alerts.yml";

  @Test
  void rules_areValid() {
    assertThat(promtool("check", "rules", "compose/prometheus/rules/recording.yml", ALERTS).code())
        .isZero();
  }

  @Test
  void alerts_fireWhereTheyShouldAndNotBeside() {
    Tool.Run run = promtool("test", "rules", "compose/prometheus/tests/rules.test.yml");
    assertThat(run.code()).as(run.output()).isZero();
  }

  @Test
  void configuration_isValid() {
    Tool.Run run =
        promtool("check", "config", "--syntax-only", "compose/prometheus/prometheus.yml");
    assertThat(run.code()).as(run.output()).isZero();
  }

  @Test
  void everyAlert_isTestedAndSaysWhatToDo() {
    String tests = Repository.text("compose/prometheus/tests/rules.test.yml");
    List<String> names = new ArrayList<>();
    for (JsonNode group : Repository.yaml(ALERTS).get("groups")) {
      for (JsonNode rule : group.get("rules")) {
        String name = rule.get("alert").asText();
        names.add(name);
        assertThat(tests).contains("alertname: " + name);
        assertThat(rule.at("/labels/severity").asText()).as(name).isIn("page", "ticket");
        assertThat(rule.at("/annotations/summary").asText()).as(name).isNotEmpty();
        assertThat(rule.at("/annotations/action").asText()).as(name).isNotEmpty();
      }
    }
    assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(10);
  }

  private static Tool.Run promtool(String... arguments) {
    assumeThat(Tool.isThere("promtool"))
        .as("promtool, of Debian's package prometheus, is on this machine")
        .isTrue();
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments));
    return Tool.run(Map.of(), command);
  }
}
