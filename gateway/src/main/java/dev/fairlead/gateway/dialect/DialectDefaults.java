package dev.fairlead.gateway.dialect;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** What most formats have alike. */
final class DialectDefaults {

  /** A comment line of the event stream format, which every client skips. */
  static final byte[] COMMENT = ": keep-alive\n\n".getBytes(US_ASCII);

  private DialectDefaults() {}
}
