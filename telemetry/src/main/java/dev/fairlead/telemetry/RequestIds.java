package dev.fairlead.telemetry;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Request ids as every hop accepts them: 1 to 128 characters of {@code A-Z a-z 0-9 . _ : -}. */
public final class RequestIds {

  private static final int MAX_LENGTH = 128;

  private RequestIds() {}

  /**
   * The given id when it is a valid one, else a fresh one, so that no caller can put control text
   * into logs.
   */
  public static String validOrFresh(@Nullable String given) {
    return given != null && valid(given) ? given : fresh();
  }

  /**
   * A new id, unique for all practical purposes: {@code req-} and 128 random bits in hexadecimal.
   */
  public static String fresh() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return "req-" + hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }

  /** Whether the text may serve as a request id. */
  public static boolean valid(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (!allowed(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean allowed(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '_'
        || c == ':'
        || c == '-';
  }
}
