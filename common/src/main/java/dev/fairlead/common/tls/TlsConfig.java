package dev.fairlead.common.tls;

import dev.fairlead.common.config.ConfigException;
import dev.fairlead.common.config.Expect;
import java.time.Duration;

/**
 * Section {@code tls}. Files may be empty texts; which of them belong together is checked here,
 * what is in them when they are read.
 *
 * @param reloadInterval how often files are looked at
 * @param edge the gateway's doors
 * @param hops calls between services
 */
public record TlsConfig(Duration reloadInterval, Edge edge, Hops hops) {

  /** Validates. */
  public TlsConfig {
    Expect.positive("tls.reload_interval", reloadInterval);
  }

  /**
   * The gateway's doors.
   *
   * @param cert PEM file of the certificate chain; empty: plain text
   * @param key PEM file of its private key
   * @param clientCa PEM file of the authorities of clients' certificates
   * @param clientAuth none, want or require
   */
  public record Edge(String cert, String key, String clientCa, String clientAuth) {

    /** Validates. */
    public Edge {
      pair("tls.edge", cert, key);
      boolean asks = ClientAuth.parse("tls.edge.client_auth", clientAuth) != ClientAuth.NONE;
      if (asks && clientCa.isEmpty()) {
        throw missing("tls.edge.client_ca", "because client_auth is " + clientAuth);
      }
      if (asks && cert.isEmpty()) {
        throw missing("tls.edge.cert", "because client_auth is " + clientAuth);
      }
      Expect.that(
          asks || clientCa.isEmpty(),
          "tls.edge.client_auth",
          clientAuth,
          "want or require, because there is a client_ca");
    }

    boolean on() {
      return !cert.isEmpty();
    }
  }

  /**
   * Calls between services.
   *
   * @param cert PEM file of the certificate chain that backends and callers show
   * @param key PEM file of its private key
   * @param ca PEM file of the authorities that both sides trust
   * @param clientAuth none, want or require
   * @param serverName name in backends' certificates; empty: the host that is called
   */
  public record Hops(String cert, String key, String ca, String clientAuth, String serverName) {

    /** Validates. */
    public Hops {
      pair("tls.hops", cert, key);
      boolean asks = ClientAuth.parse("tls.hops.client_auth", clientAuth) != ClientAuth.NONE;
      boolean on = !cert.isEmpty() || !ca.isEmpty();
      if (on && asks && ca.isEmpty()) {
        throw missing("tls.hops.ca", "because client_auth is " + clientAuth);
      }
      if (on && asks && cert.isEmpty()) {
        throw missing("tls.hops.cert", "because client_auth is " + clientAuth);
      }
    }

    boolean on() {
      return !cert.isEmpty() || !ca.isEmpty();
    }
  }

  static void pair(String path, String cert, String key) {
    if (cert.isEmpty() && !key.isEmpty()) {
      throw missing(path + ".cert", "the certificate of " + path + ".key");
    }
    if (key.isEmpty() && !cert.isEmpty()) {
      throw missing(path + ".key", "the private key of " + path + ".cert");
    }
  }

  static ConfigException missing(String key, String why) {
    return new ConfigException(key + ": missing (expected: a PEM file, " + why + ")");
  }
}
