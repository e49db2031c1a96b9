package dev.fairlead.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chart's alerts and dashboards are compose's. */
final class HelmMonitoringTest {

  private static final String ALL =
      """
      metrics:
        podMonitor: true
        rules: { enabled: true }
        dashboards: { enabled: true }
        labels: { release: prometheus }
      """;

  @BeforeEach
  void engine() {
    assumeThat(Chart.canRender()).as("Helm's engine for this kind of machine is there").isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "compose/prometheus/rules, rules, .yml",
    "compose/grafana/dashboards, dashboards, .json"
  })
  void files_areCopiesOfComposes(String from, String to, String suffix) {
    String copies = "deploy/helm/fairlead/files/" + to;
    assertThat(texts(copies, suffix))
        .as("cp %s/*%s %s/", from, suffix, copies)
        .isNotEmpty()
        .isEqualTo(texts(from, suffix));
  }

  private static Map<String, String> texts(String folder, String suffix) {
    Map<String, String> texts = new TreeMap<>();
    for (Path file : Repository.files(folder, suffix)) {
      texts.put(file.getFileName().toString(), Repository.text(file.toString()));
    }
    return texts;
  }

  @Test
  void rules_areThoseOfCompose() {
    JsonNode rule = Chart.render(ALL).named("PrometheusRule", "fl-fairlead");
    List<JsonNode> expected = new ArrayList<>();
    for (String file : List.of("recording.yml", "alerts.yml")) {
      Repository.yaml("compose/prometheus/rules/" + file).get("groups").forEach(expected::add);
    }
    assertThat(rule.at("/spec/groups")).containsExactlyElementsOf(expected);
    assertThat(rule.at("/metadata/labels/release").asText()).isEqualTo("prometheus");
  }

  @Test
  void budget_isTheOperators() {
    assertThat(Repository.text("compose/prometheus/rules/recording.yml"))
        .containsOnlyOnce("vector(100)");
    assertThat(Repository.text("compose/prometheus/rules/alerts.yml"))
        .doesNotContain("vector(100)");
    assertThat(
            Chart.render("{ metrics: { rules: { enabled: true, dailyBudgetUsd: 2500 } } }")
                .named("PrometheusRule", "fl-fairlead")
                .toString())
        .contains("vector(2500)")
        .doesNotContain("vector(100)");
    assertThatThrownBy(() -> Chart.render("{ metrics: { rules: { dailyBudgetUsd: 0 } } }"))
        .hasMessageContaining("dailyBudgetUsd");
  }

  @Test
  void dashboards_areThoseOfCompose() {
    Chart chart = Chart.render(ALL);
    List<Path> files = Repository.files("compose/grafana/dashboards", ".json");
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      String name = file.getFileName().toString();
      JsonNode map = chart.named("ConfigMap", "fl-dashboard-" + name.replace(".json", ""));
      assertThat(map.at("/metadata/labels/grafana_dashboard").asText()).isEqualTo("1");
      assertThat(Repository.documents(map.at("/data/fairlead-" + name).asText()).getFirst())
          .isEqualTo(Repository.yaml(file.toString()));
    }
    assertThat(chart.ofKind("ConfigMap")).hasSize(files.size() + 1);
  }

  @Test
  void jobs_haveTheNamesThatRulesKnow() {
    List<JsonNode> monitors = Chart.render(ALL).ofKind("PodMonitor");
    assertThat(monitors).hasSize(4);
    for (JsonNode monitor : monitors) {
      String label = monitor.at("/spec/jobLabel").asText();
      String job = monitor.at("/spec/selector/matchLabels").path(label).asText();
      assertThat("fl-" + job).isEqualTo(monitor.at("/metadata/name").asText());
      assertThat(Repository.text("compose/prometheus/prometheus.yml"))
          .contains("job_name: " + job + "\n");
      assertThat(monitor.at("/metadata/labels/release").asText()).isEqualTo("prometheus");
    }
  }

  @Test
  void nothingOfThis_isThere_unlessItIsSwitchedOn() {
    Chart chart = Chart.render("{}");
    assertThat(chart.ofKind("PrometheusRule")).isEmpty();
    assertThat(chart.ofKind("PodMonitor")).isEmpty();
    assertThat(chart.ofKind("ConfigMap")).hasSize(1);
  }
}
