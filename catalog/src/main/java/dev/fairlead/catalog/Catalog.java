package dev.fairlead.catalog;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The models in force, in configured order. Immutable; a reload makes a new one. */
public final class Catalog {

  private final long version;
  private final List<ModelSpec> models;
  private final Map<String, ModelSpec> byId;
  private final Map<Tier, List<ModelSpec>> byTierOrHigher = new EnumMap<>(Tier.class);

  private Catalog(long version, List<ModelSpec> models, Map<String, ModelSpec> byId) {
    this.version = version;
    this.models = List.copyOf(models);
    this.byId = Map.copyOf(byId);
    for (Tier tier : Tier.values()) {
      byTierOrHigher.put(tier, findTierOrHigher(tier));
    }
  }

  /**
   * A catalogue of these models; their ids are unique.
   *
   * @param version grows with every reload, from 1
   */
  public static Catalog of(long version, List<ModelSpec> models) {
    Map<String, ModelSpec> byId = new LinkedHashMap<>();
    for (ModelSpec model : models) {
      if (byId.put(model.id(), model) != null) {
        throw new IllegalArgumentException("two models with the id " + model.id());
      }
    }
    return new Catalog(version, models, byId);
  }

  /** Grows with every reload, from 1. */
  public long version() {
    return version;
  }

  /** Every model, in configured order. */
  public List<ModelSpec> models() {
    return models;
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
    return byTierOrHigher.getOrDefault(tier, List.of());
  }

  private List<ModelSpec> findTierOrHigher(Tier tier) {
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
