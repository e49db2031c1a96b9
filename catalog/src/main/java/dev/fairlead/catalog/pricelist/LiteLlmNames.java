package dev.fairlead.catalog.pricelist;

import java.util.Map;
import java.util.regex.Pattern;

/** LiteLLM's provider names and model keys as the catalogue's vendors and vendors' names. */
final class LiteLlmNames {

  /** Where LiteLLM calls a vendor otherwise than the catalogue; any other name is kept. */
  private static final Map<String, String> VENDORS =
      Map.of(
          "text-completion-openai", "openai",
          "together_ai", "together",
          "bedrock_converse", "bedrock",
          "bedrock_mantle", "bedrock-mantle");

  /** Prefix of keys where it is not the provider's name. */
  private static final Map<String, String> PREFIXES =
      Map.of("bedrock_converse", "bedrock/", "text-completion-openai", "openai/");

  /** Bedrock keys that name a region, and with it another price. */
  private static final Pattern REGION =
      Pattern.compile("(?:[a-z]{2}(?:-gov)?-[a-z]+-\\d|\\*)/.*|.*\\d-month-commitment/.*");

  private LiteLlmNames() {}

  static String vendor(String provider) {
    return VENDORS.getOrDefault(provider, provider);
  }

  /** The vendor's name for the model, without LiteLLM's prefix; empty when it names a region. */
  static String model(String key, String provider) {
    String prefix = PREFIXES.getOrDefault(provider, provider + "/");
    String name = key.startsWith(prefix) ? key.substring(prefix.length()) : key;
    return vendor(provider).equals("bedrock") && REGION.matcher(name).matches() ? "" : name;
  }
}
