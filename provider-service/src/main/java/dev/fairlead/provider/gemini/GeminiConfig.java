package dev.fairlead.provider.gemini;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.fairlead.common.config.ConfigSource.JsonDefaults;
import dev.fairlead.common.config.Secret;

/**
 * An entry of {@code providers} of kind {@code gemini}.
 *
 * @param baseUrl root of the API without its version, such as {@code
 *     https://generativelanguage.googleapis.com}
 * @param apiKey sent in the header {@code x-goog-api-key}, never in the URL; empty sends none
 */
@JsonIgnoreProperties({"kind", "api_keys"})
public record GeminiConfig(String baseUrl, Secret apiKey) {

  /** What an entry leaves out. */
  public static final JsonDefaults DEFAULTS =
      new JsonDefaults("{base_url: 'https://generativelanguage.googleapis.com', api_key: ''}");
}
