package dev.fairlead.provider.openai;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fairlead.common.config.ConfigSource.JsonDefaults;
import dev.fairlead.common.config.Secret;

/**
 * An entry of {@code providers} of kind {@code openai}.
 *
 * @param baseUrl root of the API including its version, such as {@code https://api.openai.com/v1}
 * @param apiKey sent as bearer token; empty sends none
 * @param protocol how to speak HTTP
 */
@JsonIgnoreProperties("kind")
public record OpenAiConfig(String baseUrl, Secret apiKey, Protocol protocol) {

  /** What an entry leaves out. */
  public static final JsonDefaults DEFAULTS =
      new JsonDefaults("{base_url: 'https://api.openai.com/v1', api_key: '', protocol: auto}");

  /** How to speak HTTP. */
  public enum Protocol {
    /** HTTP/1.1 in plain text; over TLS what the server prefers. */
    @JsonProperty("auto")
    AUTO,
    /** HTTP/1.1 always. */
    @JsonProperty("http1")
    HTTP1,
    /** HTTP/2 always, in plain text with prior knowledge. */
    @JsonProperty("http2")
    HTTP2
  }
}
