package dev.fairlead.catalog;

import dev.fairlead.common.config.ConfigSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The shipped table of well-known models, for a gateway that was started with a key and nothing
 * else. Its file says where the facts come from and when they were read; an operator's own {@code
 * models:} section replaces it whole.
 */
public final class KnownModels {

  /** Vendor under which the development models are listed. */
  public static final String MOCK = "mock";

  private static final String RESOURCE = "/fairlead/known-models.yaml";

  private KnownModels() {}

  /** The models of a vendor ({@code openai}, {@code mock}), the preferred ones of a tier first. */
  public static List<ModelConfig> ofVendor(String vendor) {
    return Table.ALL.stream().filter(model -> model.provider().equals(vendor)).toList();
  }

  /** The model that a vendor calls by this name. */
  public static Optional<ModelConfig> find(String vendor, String upstream) {
    return Table.ALL.stream()
        .filter(model -> model.provider().equals(vendor) && model.upstream().equals(upstream))
        .findFirst();
  }

  /** Read on first use only: most processes have their own list. */
  private static final class Table {
    static final List<ModelConfig> ALL = read();

    private static List<ModelConfig> read() {
      try (InputStream stream = KnownModels.class.getResourceAsStream(RESOURCE)) {
        if (stream == null) {
          throw new IllegalStateException("no resource " + RESOURCE);
        }
        String yaml = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        return ConfigSource.parse(RESOURCE, yaml, Map.of())
            .listEntries("models", ModelConfig.class, ModelConfig.DEFAULTS);
      } catch (IOException e) {
        throw new IllegalStateException(RESOURCE + " cannot be read", e);
      }
    }
  }
}
