package dev.fairlead.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The queries of dashboards and rules, and the series and labels that they name. */
final class Queries {

  private static final Pattern SERIES =
      Pattern.compile("\\b(llm_router_|hikaricp_|jvm_|process_|system_)[a-z0-9_]+");
  private static final Pattern RECORDED = Pattern.compile("\\bfairlead:[a-z0-9_:]+");
  private static final Pattern SELECTED =
      Pattern.compile("\\b((?:llm_router_|hikaricp_|jvm_|process_)[a-z0-9_]+)\\{([^}]*)}");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)\\s*(?:=~|!~|!=|=)");
  private static final Pattern GROUPED =
      Pattern.compile(
          "by \\(([^)]*)\\) \\((?:[a-z_]+\\()?((?:llm_router_|hikaricp_|jvm_|process_)[a-z0-9_]+)");

  private Queries() {}

  /** Every query with the place it stands at. */
  static Map<String, String> all() {
    Map<String, String> queries = new LinkedHashMap<>();
    for (Path dashboard : Repository.files("compose/grafana/dashboards", ".json")) {
      for (JsonNode panel : Repository.yaml(dashboard.toString()).get("panels")) {
        panel
            .get("targets")
            .forEach(target ->
                queries.put(
                    dashboard.getFileName()
                        + ", "
                        + panel.get("title").asText()
                        + ", "
                        + target.get("refId").asText(),
                    target.get("expr").asText()));
      }
    }
    for (Path rules : Repository.files("compose/prometheus/rules", ".yml")) {
      for (JsonNode group : Repository.yaml(rules.toString()).get("groups")) {
        group
            .get("rules")
            .forEach(rule ->
                queries.put(
                    rules.getFileName()
                        + ", "
                        + rule.path("record").asText(rule.path("alert").asText()),
                    rule.get("expr").asText()));
      }
    }
    return queries;
  }

  /** The names of recorded series. */
  static Set<String> recorded() {
    Set<String> names = new TreeSet<>();
    for (JsonNode group : Repository.yaml("compose/prometheus/rules/recording.yml").get("groups")) {
      group.get("rules").forEach(rule -> names.add(rule.get("record").asText()));
    }
    return names;
  }

  static List<String> recordedIn(String query) {
    return matches(RECORDED, query);
  }

  static List<String> seriesIn(String query) {
    return matches(SERIES, query);
  }

  /** The labels that a query expects of each series it selects or groups directly. */
  static Map<String, Set<String>> labelsIn(String query) {
    Map<String, Set<String>> labels = new LinkedHashMap<>();
    Matcher selected = SELECTED.matcher(query);
    while (selected.find()) {
      Matcher label = LABEL.matcher(selected.group(2));
      while (label.find()) {
        labels.computeIfAbsent(selected.group(1), name -> new TreeSet<>()).add(label.group(1));
      }
    }
    Matcher grouped = GROUPED.matcher(query);
    while (grouped.find()) {
      for (String label : grouped.group(1).split(",")) {
        labels.computeIfAbsent(grouped.group(2), name -> new TreeSet<>()).add(label.strip());
      }
    }
    return labels;
  }

  private static List<String> matches(Pattern pattern, String query) {
    List<String> found = new ArrayList<>();
    Matcher matcher = pattern.matcher(query);
    while (matcher.find()) {
      found.add(matcher.group());
    }
    return found;
  }
}
