package dev.fairlead.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The chart, rendered by Helm's own engine. */
record Chart(List<JsonNode> objects) {

  private static final Path FOLDER = Repository.path("deploy/helm/fairlead");

  /** Whether this machine's kind has the engine on the class path. */
  static boolean canRender() {
    try {
      return Helm.version().call() != null;
    } catch (RuntimeException | LinkageError e) {
      return false;
    }
  }

  static Helm helm() {
    return new Helm(FOLDER);
  }

  /**
   * Renders the release {@code fl} with these values over the chart's own.
   *
   * @throws IllegalStateException for values that the chart refuses
   */
  static Chart render(String values) {
    try {
      Path file = Files.createTempFile("values", ".yaml");
      try {
        Files.writeString(file, values);
        TemplateCommand command = helm().template().withName("fl").withNamespace("llm");
        return new Chart(Repository.documents(command.withValuesFile(file).call()));
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<JsonNode> ofKind(String kind) {
    return objects.stream().filter(object -> object.get("kind").asText().equals(kind)).toList();
  }

  JsonNode named(String kind, String name) {
    return ofKind(kind).stream()
        .filter(object -> object.at("/metadata/name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
  }
}
