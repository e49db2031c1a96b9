package dev.fairlead.catalog;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Tells from the address of an OpenAI-compatible server whose it is, and so whose prices apply. */
public final class VendorHosts {

  /**
   * Domains, a host being the domain itself or below it. Read in the vendors' own documentation.
   */
  private static final List<Map.Entry<String, String>> DOMAINS =
      List.of(
          Map.entry("api.openai.com", "openai"),
          Map.entry("openai.azure.com", "openai"),
          Map.entry("api.anthropic.com", "anthropic"),
          Map.entry("generativelanguage.googleapis.com", "gemini"),
          Map.entry("api.groq.com", "groq"),
          Map.entry("api.mistral.ai", "mistral"),
          Map.entry("api.deepseek.com", "deepseek"),
          Map.entry("api.together.xyz", "together"),
          Map.entry("api.together.ai", "together"),
          Map.entry("openrouter.ai", "openrouter"),
          Map.entry("api.x.ai", "xai"));

  private VendorHosts() {}

  /** The vendor that runs the server; empty for a server of one's own, or of someone unknown. */
  public static Optional<String> of(String baseUrl) {
    String host = URI.create(baseUrl).getHost();
    if (host == null) {
      return Optional.empty();
    }
    String name = host.toLowerCase(Locale.ROOT);
    return DOMAINS.stream()
        .filter(domain -> name.equals(domain.getKey()) || name.endsWith("." + domain.getKey()))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
