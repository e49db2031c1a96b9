package dev.fairlead.common.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code 250ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 7d}; a bare number is seconds.
 */
final class DurationDeserializer extends StdDeserializer<Duration> {

  static final String EXPECTATION = "a duration such as 250ms, 30s, 5m, 2h or 7d";
  private static final long serialVersionUID = 1;
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?)\\s*(ms|s|m|h|d)?");

  DurationDeserializer() {
    super(Duration.class);
  }

  @Override
  public @Nullable Duration deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    String text = parser.getText().trim();
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return (Duration) context.handleWeirdStringValue(Duration.class, text, EXPECTATION);
    }
    double amount = Double.parseDouble(matcher.group(1));
    String unit = matcher.group(2);
    double millis = unit == null ? 1000 : millisOf(unit);
    return Duration.ofNanos(Math.round(amount * millis * 1_000_000));
  }

  private static double millisOf(String unit) {
    return switch (unit) {
      case "ms" -> 1;
      case "m" -> 60_000;
      case "h" -> 3_600_000;
      case "d" -> 86_400_000;
      default -> 1000;
    };
  }
}
