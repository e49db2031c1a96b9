package dev.fairlead.gateway.console;

import com.linecorp.armeria.common.ResponseHeadersBuilder;

/** Headers that keep a browser from doing with the console what its pages do not do. */
public final class ConsoleHeaders {

  private static final String POLICY =
      "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

  private ConsoleHeaders() {}

  /**
   * Adds them: everything from this origin only, no inline code or style, no text that becomes
   * markup, no frames.
   */
  public static ResponseHeadersBuilder secure(ResponseHeadersBuilder headers) {
    return headers
        .set("content-security-policy", POLICY)
        .set("x-content-type-options", "nosniff")
        .set("x-frame-options", "DENY")
        .set("referrer-policy", "no-referrer")
        .set("cross-origin-opener-policy", "same-origin")
        .set("cross-origin-resource-policy", "same-origin");
  }
}
