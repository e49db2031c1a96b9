package dev.fairlead.provider.registry;

import dev.fairlead.common.config.Secret;
import dev.fairlead.provider.call.ModelProvider;
import java.util.List;

/**
 * A provider as it is configured. Equal configuration gives an equal value, so that a reload can
 * tell what has changed.
 *
 * @param config the kind's own record; keys in it are secrets that do not print
 * @param apiKeys several keys to take turns among; empty when the record has the only one
 */
record ConfiguredProvider(String name, ProviderKind kind, Object config, List<Secret> apiKeys) {

  /** Copies. */
  ConfiguredProvider {
    apiKeys = List.copyOf(apiKeys);
  }

  /** One with at most the key that is in the record. */
  ConfiguredProvider(String name, ProviderKind kind, Object config) {
    this(name, kind, config, List.of());
  }

  /** Value of {@code gen_ai.provider.name}. */
  String vendor() {
    return kind.vendor(config);
  }

  /** An adapter for every key. */
  List<ModelProvider> create(ProviderKind.Parts parts) {
    return apiKeys.isEmpty()
        ? List.of(kind.create(name, config, parts))
        : apiKeys.stream().map(key -> kind.create(name, kind.withKey(config, key), parts)).toList();
  }
}
