package dev.fairlead.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The environment names that the services read: of every key of every section, and the well-known
 * ones.
 */
final class KnownEnvironment {

  private static final Pattern README_ROW =
      Pattern.compile("^\\| (`[A-Z].*?) \\|", Pattern.MULTILINE);
  private static final Pattern NAME = Pattern.compile("`([A-Z][A-Z0-9_]+)`");
  private static final Pattern IN_CODE =
      Pattern.compile(
          "\"((?:PORT|ENABLE|OPENAI|ANTHROPIC|GEMINI|AWS|BEDROCK|LOCAL|DATABASE)[A-Z0-9_]*)\"");

  private KnownEnvironment() {}

  /** Every name, as the reference files, the sources and the root README tell them. */
  static Set<String> names() {
    Set<String> names =
        new TreeSet<>(Set.of("FAIRLEAD_CONFIG", "FAIRLEAD_JAVA_OPTS", "FAIRLEAD_SERVICE"));
    for (Path reference : Repository.files(".", ".yaml")) {
      if (reference.toString().contains("/src/main/resources/fairlead/")
          && !reference.toString().contains("known-models")) {
        String section = reference.getFileName().toString().replace(".yaml", "");
        keys("FAIRLEAD_" + section, Repository.yaml(reference.toString()), names);
      }
    }
    Matcher row = README_ROW.matcher(Repository.text("README.md"));
    while (row.find()) {
      collect(NAME, row.group(1), names);
    }
    for (Path source : Repository.files("provider-service/src/main/java", ".java")) {
      collect(IN_CODE, Repository.text(source.toString()), names);
    }
    return names;
  }

  private static void collect(Pattern pattern, String text, Set<String> names) {
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
  }

  private static void keys(String prefix, JsonNode section, Set<String> names) {
    for (Map.Entry<String, JsonNode> key : section.properties()) {
      String name = (prefix + "_" + key.getKey()).toUpperCase(Locale.ROOT);
      names.add(name);
      if (key.getValue().isObject()) {
        keys(name, key.getValue(), names);
      }
    }
  }
}
