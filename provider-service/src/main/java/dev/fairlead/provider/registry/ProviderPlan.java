package dev.fairlead.provider.registry;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.fairlead.catalog.KnownModel;
import dev.fairlead.catalog.KnownModels;
import dev.fairlead.catalog.ModelConfig;
import dev.fairlead.catalog.ModelsConfig;
import dev.fairlead.catalog.PriceConfig;
import dev.fairlead.catalog.Tier;
import dev.fairlead.catalog.pricelist.PriceList;
import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.config.ConfigSource.JsonDefaults;
import dev.fairlead.common.config.Expect;
import dev.fairlead.common.config.Nearest;
import dev.fairlead.common.config.Secret;
import dev.fairlead.provider.http.HttpProtocol;
import dev.fairlead.provider.mock.MockConfig;
import dev.fairlead.provider.onnx.OnnxConfig;
import dev.fairlead.provider.openai.OpenAiConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The providers and models that a configuration asks for. Without {@code providers} and {@code
 * models}: OpenAI's well-known models when {@code OPENAI_API_KEY} is set, else the mock's. The
 * mock's own models are there only while no other provider is, or with {@code
 * ENABLE_MOCK_PROVIDER=1}.
 *
 * @param warnings what an operator should look at
 */
record ProviderPlan(
    List<ConfiguredProvider> providers, List<ModelConfig> models, List<String> warnings) {

  private static final String OPENAI = "openai";
  private static final String OPENAI_HOST = "https://api.openai.com/";
  private static final String LOCAL = "local";

  /**
   * Whose table tells what might be served and not what is: a server of one's own, local models,
   * and OpenAI's models on another host, where deployments have names of their own.
   */
  private static final Set<String> UNLISTED =
      Set.of(KnownModels.COMPATIBLE, KnownModels.ONNX, OPENAI);

  private static final JsonDefaults NO_KIND = new JsonDefaults("{kind: '', api_keys: []}");

  static ProviderPlan read(ConfigSource config) {
    return read(config, PriceList.NONE);
  }

  /** The plan, with prices from that list where the configuration has none. */
  static ProviderPlan read(ConfigSource config, PriceList prices) {
    Map<String, ConfiguredProvider> providers = declared(config);
    if (providers.isEmpty()) {
      config
          .environment("OPENAI_API_KEY")
          .ifPresent(key -> providers.put(OPENAI, fromEnvironment(config, key)));
      CloudEnvironment.providers(config).forEach(cloud -> providers.put(cloud.name(), cloud));
      config
          .environment("LOCAL_MODEL_PATH")
          .ifPresent(path -> providers.put(LOCAL, localFromEnvironment(config)));
    }
    List<ModelConfig> models = new ArrayList<>(ModelsConfig.read(config));
    boolean noModels = models.isEmpty();
    if (noModels) {
      providers.values().forEach(provider -> addNew(models, wellKnown(config, provider)));
    }
    boolean onlyMocks =
        providers.values().stream().allMatch(provider -> provider.kind() == ProviderKind.MOCK);
    boolean mocksMissing = models.stream().noneMatch(model -> model.id().startsWith("mock-"));
    if ((noModels && onlyMocks && mocksMissing) || mocksWanted(config)) {
      addMocks(config, providers, models);
    } else if (providers.isEmpty()) {
      providers.put(KnownModels.MOCK, mock(config));
    }
    List<String> warnings = new ArrayList<>();
    ModelFacts facts = new ModelFacts(prices);
    List<ModelConfig> priced =
        models.stream()
            .map(model -> complete(model, providers.get(model.provider()), facts, warnings))
            .toList();
    warnings.addAll(warnings(priced, providers));
    return new ProviderPlan(List.copyOf(providers.values()), priced, List.copyOf(warnings));
  }

  /** An unknown provider is complained about later, with its key. */
  private static ModelConfig complete(
      ModelConfig model,
      @Nullable ConfiguredProvider provider,
      ModelFacts facts,
      List<String> warnings) {
    if (provider == null) {
      return model;
    }
    ModelConfig completed = facts.complete(priced(model, provider), provider, warnings);
    return provider.config() instanceof OnnxConfig local
        ? LocalModels.complete(completed, local)
        : completed;
  }

  /** Two providers may know a model by one name: the first serves it. */
  private static void addNew(List<ModelConfig> models, List<ModelConfig> more) {
    for (ModelConfig model : more) {
      if (models.stream().noneMatch(other -> other.id().equals(model.id()))) {
        models.add(model);
      }
    }
  }

  private static Map<String, ConfiguredProvider> declared(ConfigSource config) {
    Map<String, ConfiguredProvider> providers = new LinkedHashMap<>();
    for (Map.Entry<String, DeclaredKind> entry :
        config.namedEntries("providers", DeclaredKind.class, NO_KIND).entrySet()) {
      String name = entry.getKey();
      ProviderKind kind = kind(config, name, entry.getValue().kind());
      try {
        providers.put(name, configured(config, name, kind, entry.getValue().apiKeys()));
      } catch (ConfigException e) {
        String message = String.valueOf(e.getMessage());
        throw message.startsWith(config.origin())
            ? e
            : new ConfigException(config.origin() + ": " + message, e);
      }
    }
    return providers;
  }

  private static ConfiguredProvider configured(
      ConfigSource config, String name, ProviderKind kind, List<Secret> keys) {
    Object entry = kind.read(config, name);
    if (!kind.keyed() || keys.isEmpty()) {
      return new ConfiguredProvider(name, kind, entry);
    }
    for (int i = 0; i < keys.size(); i++) {
      Expect.present("providers." + name + ".api_keys[" + i + "]", keys.get(i).reveal());
    }
    return new ConfiguredProvider(name, kind, kind.withKey(entry, keys.getFirst()), keys);
  }

  private static ProviderKind kind(ConfigSource config, String name, String label) {
    for (ProviderKind kind : ProviderKind.values()) {
      if (kind.label().equals(label)) {
        return kind;
      }
    }
    String key = config.origin() + ": providers." + name + ".kind: ";
    if (label.isEmpty()) {
      throw new ConfigException(
          key + "missing (expected one of: " + String.join(", ", ProviderKind.labels()) + ")");
    }
    String hint = Nearest.hint(label, ProviderKind.labels());
    String available = "; available: " + String.join(", ", ProviderKind.labels());
    throw new ConfigException(
        key
            + "`"
            + label
            + "` is not a kind of this version"
            + (hint.startsWith(";") ? hint : "")
            + available);
  }

  private static ConfiguredProvider fromEnvironment(ConfigSource config, String key) {
    String baseUrl = config.environment("OPENAI_BASE_URL").orElse(OPENAI_HOST + "v1");
    OpenAiConfig openai = new OpenAiConfig(baseUrl, new Secret(key), HttpProtocol.AUTO);
    return new ConfiguredProvider(
        OPENAI, ProviderKind.OPENAI, ProviderKind.checked(OPENAI, openai));
  }

  private static ConfiguredProvider localFromEnvironment(ConfigSource config) {
    OnnxConfig entry = new OnnxConfig("", "", 0, 8, 64);
    return new ConfiguredProvider(
        LOCAL, ProviderKind.ONNX, ProviderKind.local(config, LOCAL, entry));
  }

  /** The shipped models of a provider that is known by its address; of a mock by its kind. */
  private static List<ModelConfig> wellKnown(ConfigSource config, ConfiguredProvider provider) {
    List<ModelConfig> chosen = CloudEnvironment.models(config, provider);
    if (!chosen.isEmpty()) {
      return chosen;
    }
    if (provider.config() instanceof OpenAiConfig openai) {
      List<String> named =
          config
              .environment("OPENAI_MODEL")
              .map(v -> List.of(v.split("\\s*,\\s*")))
              .orElse(List.of());
      if (!named.isEmpty() && provider.name().equals(OPENAI)) {
        return named.stream().map(name -> named(name.strip())).toList();
      }
      if (openai.baseUrl().startsWith(OPENAI_HOST) || !config.has("providers")) {
        return onto(KnownModels.ofVendor(OPENAI), provider.name());
      }
    }
    if (provider.config() instanceof OnnxConfig local) {
      return List.of(LocalModels.named(provider.name(), local));
    }
    String vendor = ModelFacts.vendor(provider);
    return UNLISTED.contains(vendor)
        ? List.of()
        : onto(KnownModels.ofVendor(vendor), provider.name());
  }

  /** What {@code OPENAI_MODEL} names: all that is served, so that nothing else is ever billed. */
  private static ModelConfig named(String name) {
    return KnownModels.find(OPENAI, name)
        .map(known -> known.on(OPENAI))
        .orElseGet(() ->
            new ModelConfig(
                name,
                OPENAI,
                name,
                Tier.STANDARD,
                null,
                0,
                0,
                Set.of(
                    dev.fairlead.catalog.Capability.TOOLS,
                    dev.fairlead.catalog.Capability.JSON_SCHEMA)));
  }

  private static List<ModelConfig> onto(Collection<KnownModel> models, String provider) {
    return models.stream().map(model -> model.on(provider)).toList();
  }

  private static boolean mocksWanted(ConfigSource config) {
    String value = config.environment("ENABLE_MOCK_PROVIDER").orElse("");
    return value.equals("1") || value.equalsIgnoreCase("true");
  }

  private static void addMocks(
      ConfigSource config, Map<String, ConfiguredProvider> providers, List<ModelConfig> models) {
    String name =
        providers.values().stream()
            .filter(provider -> provider.kind() == ProviderKind.MOCK)
            .map(ConfiguredProvider::name)
            .findFirst()
            .orElse(KnownModels.MOCK);
    providers.computeIfAbsent(name, n -> mock(config));
    addNew(models, onto(KnownModels.ofVendor(KnownModels.MOCK), name));
  }

  private static ConfiguredProvider mock(ConfigSource config) {
    MockConfig entry = new MockConfig(null, null, null, 0, 1, null);
    return new ConfiguredProvider(
        KnownModels.MOCK, ProviderKind.MOCK, ProviderKind.MockEnvironment.over(config, entry));
  }

  /**
   * A mock's price per thousand tokens replaces those of the shipped mock models, and fills in for
   * models without one.
   */
  private static ModelConfig priced(ModelConfig model, ConfiguredProvider provider) {
    if (provider.config() instanceof MockConfig mock && mock.costPer1kTokensUsd() != null) {
      boolean shipped = KnownModels.find(KnownModels.MOCK, model.id()).isPresent();
      return shipped || model.price() == null
          ? model.priced(PriceConfig.perThousand(mock.costPer1kTokensUsd()))
          : model;
    }
    return model;
  }

  private static List<String> warnings(
      List<ModelConfig> models, Map<String, ConfiguredProvider> providers) {
    List<String> warnings = new ArrayList<>();
    for (ModelConfig model : models) {
      if (model.price() == null) {
        warnings.add(
            "model " + model.id() + " has no price: its cost is not known and counts as 0");
      }
    }
    for (ConfiguredProvider provider : providers.values()) {
      if (models.stream().noneMatch(model -> model.provider().equals(provider.name()))) {
        warnings.add("provider " + provider.name() + " has no models");
      }
      if (provider.config() instanceof OpenAiConfig openai
          && openai.apiKey().isEmpty()
          && openai.baseUrl().startsWith(OPENAI_HOST)) {
        warnings.add("provider " + provider.name() + " has no api_key");
      }
    }
    return List.copyOf(warnings);
  }

  /** The first look at an entry: its kind decides what the other keys are, but for these. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record DeclaredKind(String kind, List<Secret> apiKeys) {}
}
