package dev.fairlead.gateway.edge;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The time of an answer as HTTP writes it (RFC 9110, section 5.6.7), made once a second. Set here,
 * because the server would copy all headers to add its own. Thread-safe.
 */
final class HttpDate {

  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static volatile Second current = Second.of(0);

  private HttpDate() {}

  private record Second(long epoch, String text) {
    static Second of(long epoch) {
      return new Second(epoch, FORMAT.format(Instant.ofEpochSecond(epoch)));
    }
  }

  static String now() {
    return at(System.currentTimeMillis() / 1000);
  }

  static String at(long epochSecond) {
    Second known = current;
    if (known.epoch != epochSecond) {
      known = Second.of(epochSecond);
      current = known;
    }
    return known.text;
  }
}
