package dev.fairlead.catalog;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.config.Nearest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Section {@code models}: read, and checked against the providers there are. */
public final class ModelsConfig {

  private ModelsConfig() {}

  /** The entries of the section; empty when it is absent. */
  public static List<ModelConfig> read(ConfigSource config) {
    return config.listEntries("models", ModelConfig.class, ModelConfig.DEFAULTS);
  }

  /**
   * A catalogue of the models; a duplicate id or an unknown provider is a {@link ConfigException}.
   */
  public static Catalog catalog(
      long version, List<ModelConfig> models, Collection<String> providers) {
    Set<String> ids = new HashSet<>();
    List<ModelSpec> specs = new ArrayList<>();
    for (ModelConfig model : models) {
      String key = "models[" + model.id() + "]";
      if (!ids.add(model.id())) {
        throw new ConfigException(
            key + ".id: " + model.id() + " (expected: an id that no other model has)");
      }
      if (!providers.contains(model.provider())) {
        throw new ConfigException(
            key
                + ".provider: unknown provider `"
                + model.provider()
                + "`"
                + Nearest.hint(model.provider(), providers));
      }
      specs.add(model.toSpec());
    }
    return Catalog.of(version, specs);
  }
}
