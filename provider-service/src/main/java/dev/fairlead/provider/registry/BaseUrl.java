package dev.fairlead.provider.registry;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.net.NeverCalled;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/**
 * Checks a configured base URL. The file may name loopback and private hosts, but never a
 * link-local address, where clouds keep the machine's credentials, however it is spelled. Names are
 * not resolved here: what they mean is looked at when a connection is made ({@code
 * CalledAddresses}).
 */
final class BaseUrl {

  private static final String EXPECTED = "an http or https URL such as https://api.openai.com/v1";

  private BaseUrl() {}

  /**
   * The URL without a trailing slash; otherwise a {@link ConfigException} that names {@code key}.
   */
  static String check(String key, String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw refused(key, text, EXPECTED);
    }
    String scheme = uri.getScheme();
    if (scheme == null || !List.of("http", "https").contains(scheme) || uri.getHost() == null) {
      throw refused(key, text, EXPECTED);
    }
    if (uri.getUserInfo() != null) {
      throw new ConfigException(
          key + ": a URL with credentials in it (expected: the key under api_key)");
    }
    if (uri.getQuery() != null || uri.getFragment() != null) {
      throw refused(key, text, "a URL without query and fragment");
    }
    if (uri.getPort() == 0 || uri.getPort() > 65535) {
      throw refused(key, text, "a port in 1..65535");
    }
    String expected = NeverCalled.expectedInsteadOf(uri.getHost());
    if (expected != null) {
      throw refused(key, text, expected);
    }
    String plain = uri.toString();
    return plain.endsWith("/") ? plain.substring(0, plain.length() - 1) : plain;
  }

  private static ConfigException refused(String key, String text, String expected) {
    return new ConfigException(key + ": " + text + " (expected: " + expected + ")");
  }
}
