package dev.fairlead.provider.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.net.URI;

/** How to speak HTTP to a vendor. */
public enum HttpProtocol {
  /** HTTP/1.1 in plain text; over TLS what the server prefers. */
  @JsonProperty("auto")
  AUTO("https", "h1c"),
  /** HTTP/1.1 always. */
  @JsonProperty("http1")
  HTTP1("h1", "h1c"),
  /** HTTP/2 always, in plain text with prior knowledge. */
  @JsonProperty("http2")
  HTTP2("h2", "h2c");

  private final String overTls;

  /**
   * A server that does not know HTTP/2 may choke on its preface; in plain text there is no way to
   * ask first.
   */
  private final String inPlainText;

  HttpProtocol(String overTls, String inPlainText) {
    this.overTls = overTls;
    this.inPlainText = inPlainText;
  }

  /** The address with the scheme that the client library understands. */
  URI over(String baseUrl) {
    int scheme = baseUrl.indexOf(':');
    boolean tls = baseUrl.substring(0, scheme).equalsIgnoreCase("https");
    return URI.create((tls ? overTls : inPlainText) + baseUrl.substring(scheme));
  }
}
