package dev.fairlead.catalog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The models in force, in configured order. Immutable; a reload makes a new one.
 *
 * @param version grows with every reload, from 1
 */
public record Catalog(long version, List<ModelSpec> models, Map<String, ModelSpec> byId) {

  /** A catalogue of these models; their ids are unique. */
  public static Catalog of(long version, List<ModelSpec> models) {
    Map<String, ModelSpec> byId = new LinkedHashMap<>();
    for (ModelSpec model : models) {
      if (byId.put(model.id(), model) != null) {
        throw new IllegalArgumentException("two models with the id " + model.id());
      }
    }
    return new Catalog(version, models, byId);
  }

  /** Copies. */
  public Catalog {
    models = List.copyOf(models);
    byId = Map.copyOf(byId);
  }

  /** The model of that id. */
  public Optional<ModelSpec> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /**
   * Text models of a tier, or of the next higher one that has any, else of the next lower; in
   * configured order.
   */
  public List<ModelSpec> ofTierOrHigher(Tier tier) {
    for (int i = tier.ordinal(); i < Tier.values().length; i++) {
      List<ModelSpec> found = ofTier(Tier.values()[i]);
      if (!found.isEmpty()) {
        return found;
      }
    }
    for (int i = tier.ordinal() - 1; i >= 0; i--) {
      List<ModelSpec> found = ofTier(Tier.values()[i]);
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  private List<ModelSpec> ofTier(Tier tier) {
    return models.stream()
        .filter(
            model -> model.tier() == tier && !model.capabilities().contains(Capability.EMBEDDINGS))
        .toList();
  }
}
