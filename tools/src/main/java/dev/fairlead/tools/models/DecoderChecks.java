package dev.fairlead.tools.models;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.config.ConfigSource.JsonDefaults;
import dev.fairlead.onnx.ModelFileException;
import dev.fairlead.onnx.decoder.TextDecoder;
import dev.fairlead.provider.onnx.OnnxConfig;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Opens each local decoder of a configuration by itself, so that one that is damaged is named and
 * the others are checked all the same.
 */
final class DecoderChecks {

  private static final JsonDefaults NO_KIND = new JsonDefaults("{kind: ''}");
  private static final String CHECK = "decoder";

  private DecoderChecks() {}

  static List<Finding> of(ConfigSource config) {
    List<Finding> findings = new ArrayList<>();
    entries(config).forEach((name, entry) -> findings.add(check("provider " + name, entry)));
    return findings;
  }

  /** What cannot be read is told with the rest of the configuration. */
  private static Map<String, OnnxConfig> entries(ConfigSource config) {
    String path = config.environment("LOCAL_MODEL_PATH").orElse("");
    Map<String, OnnxConfig> entries = new LinkedHashMap<>();
    try {
      Map<String, Kind> declared = config.namedEntries("providers", Kind.class, NO_KIND);
      if (declared.isEmpty() && !path.isEmpty()) {
        entries.put("local", new OnnxConfig(path, "", 0, 1, 1));
      }
      for (Map.Entry<String, Kind> provider : declared.entrySet()) {
        if (provider.getValue().kind().equals("onnx")) {
          String name = provider.getKey();
          OnnxConfig entry =
              config.namedEntry("providers", name, OnnxConfig.class, OnnxConfig.DEFAULTS);
          String own = entry.modelPath().isEmpty() ? path : entry.modelPath();
          entries.put(name, new OnnxConfig(own, entry.sha256(), entry.threads(), 1, 1));
        }
      }
    } catch (ConfigException e) {
      return entries;
    }
    return entries;
  }

  private static Finding check(String subject, OnnxConfig entry) {
    try {
      boolean shipped = entry.modelPath().equals(OnnxConfig.SHIPPED);
      @Nullable Path folder = shipped ? null : Path.of(entry.modelPath());
      String actual = TextDecoder.sha256(folder);
      if (!entry.sha256().isEmpty() && !entry.sha256().equalsIgnoreCase(actual)) {
        return Finding.fail(
            subject, CHECK, "SHA-256 " + actual + " (expected: " + entry.sha256() + ")");
      }
      try (TextDecoder decoder =
          folder == null ? TextDecoder.shipped() : TextDecoder.open(folder, 1, null)) {
        String compared = entry.sha256().isEmpty() ? "" : ", as configured";
        return Finding.ok(subject, CHECK, decoder.shape() + ", SHA-256 " + actual + compared);
      }
    } catch (ModelFileException | InvalidPathException e) {
      return Finding.fail(subject, CHECK, String.valueOf(e.getMessage()));
    }
  }

  /** The first look at an entry. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Kind(String kind) {}
}
