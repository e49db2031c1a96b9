package dev.fairlead.provider.registry;

import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.provider.ProviderSettings;
import dev.fairlead.provider.resilience.Hedging;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a reload replaces, as one immutable value.
 *
 * @param providers by configured name, in configured order
 * @param hedging null while it is off
 * @param warnings what an operator should look at
 * @param uses who works with it
 */
public record Snapshot(
    Catalog catalog,
    Map<String, ProviderStack> providers,
    ProviderSettings settings,
    @Nullable Hedging hedging,
    List<String> warnings,
    SnapshotUses uses) {

  /** Copies, keeping the order. */
  public Snapshot {
    providers = Collections.unmodifiableMap(new LinkedHashMap<>(providers));
    warnings = List.copyOf(warnings);
  }

  /** A request that began with {@link ProviderRegistry#begin} has ended. */
  public void end() {
    uses.end();
  }

  /** Ids of the models at a provider, in configured order. */
  public List<String> modelIds(String provider) {
    return catalog.models().stream()
        .filter(model -> model.provider().equals(provider))
        .map(ModelSpec::id)
        .toList();
  }
}
