package dev.fairlead.tools.loadgen;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code 15s}, {@code 500ms}, {@code 2m}, {@code 1.5s}; a bare number is seconds. */
final class SpanConverter implements ITypeConverter<Duration> {

  private static final Pattern SPAN = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m)?");

  @Override
  public Duration convert(String text) {
    Matcher span = SPAN.matcher(text);
    if (!span.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is not a duration (expected: such as 15s, 500ms or 2m)");
    }
    String unit = span.group(2) == null ? "s" : span.group(2);
    long nanos =
        switch (unit) {
          case "ms" -> 1_000_000L;
          case "m" -> 60_000_000_000L;
          default -> 1_000_000_000L;
        };
    return Duration.ofNanos(
        new BigDecimal(span.group(1)).multiply(BigDecimal.valueOf(nanos)).longValue());
  }
}
