package dev.fairlead.provider.anthropic;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.fairlead.common.config.ConfigSource.JsonDefaults;
import dev.fairlead.common.config.Secret;
import dev.fairlead.provider.http.HttpProtocol;

/**
 * An entry of {@code providers} of kind {@code anthropic}.
 *
 * @param baseUrl root of the API, with or without {@code /v1}
 * @param apiKey sent in the header {@code x-api-key}; empty sends none
 * @param protocol how to speak HTTP
 */
@JsonIgnoreProperties({"kind", "api_keys"})
public record AnthropicConfig(String baseUrl, Secret apiKey, HttpProtocol protocol) {

  /** Anthropic's own address. */
  public static final String HOST = "https://api.anthropic.com";

  /** What an entry leaves out. */
  public static final JsonDefaults DEFAULTS =
      new JsonDefaults("{base_url: '" + HOST + "', api_key: '', protocol: auto}");
}
