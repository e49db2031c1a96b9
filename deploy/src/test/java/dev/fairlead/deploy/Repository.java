package dev.fairlead.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The working tree that this test runs in. */
final class Repository {

  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Path ROOT = root(Path.of("").toAbsolutePath());

  private Repository() {}

  private static Path root(Path start) {
    for (Path path = start; path != null; path = path.getParent()) {
      if (Files.exists(path.resolve("fairlead")) && Files.exists(path.resolve("compose"))) {
        return path;
      }
    }
    throw new IllegalStateException(start + " is in no working tree of Fairlead");
  }

  /** A file or folder by its path from the root. */
  static Path path(String relative) {
    return ROOT.resolve(relative);
  }

  static String text(String relative) {
    try {
      return Files.readString(path(relative));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode yaml(String relative) {
    List<JsonNode> documents = documents(text(relative));
    if (documents.size() != 1) {
      throw new IllegalStateException(relative + " holds " + documents.size() + " documents");
    }
    return documents.getFirst();
  }

  /** The documents of a YAML text; anchors and aliases resolved, merge keys not. */
  static List<JsonNode> documents(String text) {
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(text)) {
      return documents.readAll().stream().filter(document -> !document.isNull()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The regular files below a folder whose names end so, in order. */
  static List<Path> files(String folder, String suffix) {
    try (Stream<Path> paths = Files.walk(path(folder))) {
      return paths
          .filter(path -> path.toString().endsWith(suffix) && !path.toString().contains("/target/"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
