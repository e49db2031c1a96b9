package dev.fairlead.provider.registry;

import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.KnownModels;
import dev.fairlead.catalog.ModelConfig;
import dev.fairlead.catalog.Tier;
import dev.fairlead.common.config.ConfigSource;
import dev.fairlead.common.config.Secret;
import dev.fairlead.provider.anthropic.AnthropicConfig;
import dev.fairlead.provider.bedrock.BedrockConfig;
import dev.fairlead.provider.gemini.GeminiConfig;
import dev.fairlead.provider.http.HttpProtocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Providers that only the environment asks for: Anthropic by {@code ANTHROPIC_API_KEY}, Gemini by
 * {@code GEMINI_API_KEY}; Bedrock by {@code BEDROCK_MODEL_ID} or {@code BEDROCK_REGION}, because
 * credentials of AWS lie on many machines that have nothing to do with Bedrock.
 */
final class CloudEnvironment {

  private static final String ANTHROPIC = "anthropic";
  private static final String GEMINI = "gemini";
  private static final String BEDROCK = "bedrock";
  private static final String GEMINI_HOST = "https://generativelanguage.googleapis.com";

  private CloudEnvironment() {}

  static List<ConfiguredProvider> providers(ConfigSource config) {
    List<ConfiguredProvider> found = new ArrayList<>();
    config
        .environment("ANTHROPIC_API_KEY")
        .map(key -> new AnthropicConfig(AnthropicConfig.HOST, new Secret(key), HttpProtocol.AUTO))
        .map(claude -> new ConfiguredProvider(ANTHROPIC, ProviderKind.ANTHROPIC, claude))
        .ifPresent(found::add);
    config
        .environment("GEMINI_API_KEY")
        .map(key -> new GeminiConfig(GEMINI_HOST, new Secret(key)))
        .map(gemini -> new ConfiguredProvider(GEMINI, ProviderKind.GEMINI, gemini))
        .ifPresent(found::add);
    if (config.environment("BEDROCK_MODEL_ID").isPresent()
        || config.environment("BEDROCK_REGION").isPresent()) {
      BedrockConfig bedrock =
          new BedrockConfig("", "", "", new Secret(""), new Secret(""), "")
              .completed(config::environment);
      found.add(new ConfiguredProvider(BEDROCK, ProviderKind.BEDROCK, bedrock));
    }
    return found;
  }

  /** What {@code BEDROCK_MODEL_ID} names: all that is then served of Bedrock. Else empty. */
  static List<ModelConfig> models(ConfigSource config, ConfiguredProvider provider) {
    if (provider.kind() != ProviderKind.BEDROCK) {
      return List.of();
    }
    return Arrays.stream(config.environment("BEDROCK_MODEL_ID").orElse("").split(","))
        .map(String::strip)
        .filter(id -> !id.isEmpty())
        .map(id -> named(id, provider.name()))
        .toList();
  }

  private static ModelConfig named(String id, String provider) {
    return KnownModels.find(BEDROCK, id)
        .map(known -> known.on(provider))
        .orElseGet(() ->
            new ModelConfig(id, provider, id, Tier.STANDARD, null, 0, 0, Set.of(Capability.TOOLS)));
  }
}
