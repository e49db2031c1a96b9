package dev.fairlead.catalog;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Facts about models by vendor and the vendor's name for the model. Immutable. */
public final class ModelTable {

  /** A table without models. */
  public static final ModelTable EMPTY = new ModelTable(Map.of());

  private static final String GLOBAL_PROFILE = "global.";

  private final Map<String, Map<String, KnownModel>> byVendor;

  private ModelTable(Map<String, Map<String, KnownModel>> byVendor) {
    this.byVendor = byVendor;
  }

  /** A table of these models; of two with one name the later counts. */
  public static ModelTable of(Map<String, ? extends Collection<KnownModel>> byVendor) {
    Map<String, Map<String, KnownModel>> copy = new LinkedHashMap<>();
    byVendor.forEach((vendor, models) -> {
      Map<String, KnownModel> names = new LinkedHashMap<>();
      models.forEach(model -> names.put(model.id(), model));
      copy.put(vendor, names);
    });
    return new ModelTable(copy);
  }

  /**
   * The model that a vendor calls by this name. A global inference profile of Bedrock costs what
   * its model does; regional ones do not, and are found by their own name only.
   */
  public Optional<KnownModel> find(String vendor, String name) {
    Map<String, KnownModel> models = byVendor.getOrDefault(vendor, Map.of());
    KnownModel found = models.get(name);
    if (found == null && name.startsWith(GLOBAL_PROFILE)) {
      found = models.get(name.substring(GLOBAL_PROFILE.length()));
    }
    return Optional.ofNullable(found);
  }

  /** The vendors with at least one model. */
  public Collection<String> vendors() {
    return byVendor.keySet();
  }

  /** A vendor's models in the table's order; empty for an unknown vendor. */
  public Collection<KnownModel> ofVendor(String vendor) {
    return byVendor.getOrDefault(vendor, Map.of()).values();
  }

  /** Number of models. */
  public int size() {
    return byVendor.values().stream().mapToInt(Map::size).sum();
  }
}
