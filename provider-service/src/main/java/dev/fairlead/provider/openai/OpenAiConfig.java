package dev.fairlead.provider.openai;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.fairlead.common.config.ConfigSource.JsonDefaults;
import dev.fairlead.common.config.Secret;
import dev.fairlead.provider.http.HttpProtocol;

/**
 * An entry of {@code providers} of kind {@code openai}.
 *
 * @param baseUrl root of the API including its version, such as {@code https://api.openai.com/v1}
 * @param apiKey sent as bearer token; empty sends none
 * @param protocol how to speak HTTP
 * @param quirks label of {@link Quirks}; empty for those that the address tells
 * @param apiVersion {@code api-version} of Azure's deployment paths; empty for all others
 */
@JsonIgnoreProperties({"kind", "api_keys"})
public record OpenAiConfig(
    String baseUrl, Secret apiKey, HttpProtocol protocol, String quirks, String apiVersion) {

  /** What an entry leaves out. */
  public static final JsonDefaults DEFAULTS =
      new JsonDefaults(
          "{base_url: 'https://api.openai.com/v1', api_key: '', protocol: auto, "
              + "quirks: '', api_version: ''}");

  /** A server that is known by its address. */
  public OpenAiConfig(String baseUrl, Secret apiKey, HttpProtocol protocol) {
    this(baseUrl, apiKey, protocol, "", "");
  }

  /** The same entry with another key. */
  public OpenAiConfig withKey(Secret key) {
    return new OpenAiConfig(baseUrl, key, protocol, quirks, apiVersion);
  }

  /** Who serves, as OpenTelemetry's conventions for generative AI call them. */
  public String vendor() {
    Quirks special = special();
    return switch (special) {
      case AZURE -> "azure.ai.openai";
      case MISTRAL -> "mistral_ai";
      case XAI -> "x_ai";
      case OPENAI, COMPATIBLE, VLLM, OLLAMA, LLAMA_CPP, GROQ, DEEPSEEK, TOGETHER, OPENROUTER ->
          special.label();
    };
  }

  /** What is special about the server. */
  Quirks special() {
    return Quirks.named(quirks).orElseGet(() -> Quirks.at(baseUrl));
  }
}
