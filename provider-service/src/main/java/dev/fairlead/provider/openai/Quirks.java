package dev.fairlead.provider.openai;

import java.net.URI;
import java.util.Locale;

/**
 * Where a server of the dialect departs from OpenAI's own.
 *
 * @param keyHeader header of the API key
 * @param keyPrefix what stands before the key in it
 * @param maxTokensField name of the output bound of a chat request; OpenAI's reasoning models
 *     reject the old {@code max_tokens}, most other servers ignore the new {@code
 *     max_completion_tokens}
 * @param streamUsage whether it knows {@code stream_options.include_usage}
 */
record Quirks(String keyHeader, String keyPrefix, String maxTokensField, boolean streamUsage) {

  static final Quirks OPENAI =
      new Quirks("authorization", "Bearer ", "max_completion_tokens", true);
  static final Quirks COMPATIBLE = new Quirks("authorization", "Bearer ", "max_tokens", true);
  static final Quirks AZURE = new Quirks("api-key", "", "max_completion_tokens", true);

  /** The quirks of the server at an address. */
  static Quirks of(URI baseUrl) {
    String host = baseUrl.getHost().toLowerCase(Locale.ROOT);
    if (host.equals("api.openai.com")) {
      return OPENAI;
    }
    return host.endsWith(".openai.azure.com") ? AZURE : COMPATIBLE;
  }
}
