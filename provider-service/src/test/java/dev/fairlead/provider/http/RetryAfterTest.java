package dev.fairlead.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private static @Nullable Duration wait(String... headers) {
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      map.put(headers[i], headers[i + 1]);
    }
    return RetryAfter.of(map::get, NOW);
  }

  @ParameterizedTest
  @CsvSource({
    "7, 7000",
    "0, 0",
    "1.5, 1500",
    "1e9, 3600000",
    "Infinity, 3600000",
    "'Sat, 21 Nov 2026 12:00:30 GMT', 30000",
    "'Tue, 21 Nov 2056 12:00:30 GMT', 3600000",
  })
  void e3_retryAfter_isReadAndBounded(String value, long millis) {
    assertThat(wait("retry-after", value)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @CsvSource({"-1", "NaN", "soon", "''", "'Fri, 20 Nov 2026 12:00:00 GMT'"})
  void e3_nonsense_isNoWish(String value) {
    assertThat(wait("retry-after", value)).isNull();
  }

  @Test
  void e3_millisWin_butNonsenseDoesNotHideTheSeconds() {
    assertThat(wait("retry-after-ms", "250", "retry-after", "9")).isEqualTo(Duration.ofMillis(250));
    assertThat(wait("retry-after-ms", "soon", "retry-after", "9")).isEqualTo(Duration.ofSeconds(9));
    assertThat(wait("retry-after-ms", "-4", "retry-after", "9")).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void resetOfTheLimitThatIsUsedUp_isTheWait_whenNothingElseIsSaid() {
    assertThat(
            wait(
                "x-ratelimit-remaining-requests", "12",
                "x-ratelimit-reset-requests", "59m0s",
                "x-ratelimit-remaining-tokens", "0",
                "x-ratelimit-reset-tokens", "6m0.5s"))
        .isEqualTo(Duration.ofMillis(360_500));
    assertThat(wait("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "20ms"))
        .isEqualTo(Duration.ofMillis(20));
    assertThat(
            wait(
                "anthropic-ratelimit-output-tokens-remaining", "0",
                "anthropic-ratelimit-output-tokens-reset", "2026-11-21T12:00:09Z"))
        .isEqualTo(Duration.ofSeconds(9));
    assertThat(wait("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "48h0m0s"))
        .isEqualTo(Duration.ofHours(1));
    assertThat(
            wait(
                "anthropic-ratelimit-tokens-remaining", "0",
                "anthropic-ratelimit-tokens-reset", "2056-11-21T12:00:00Z"))
        .isEqualTo(Duration.ofHours(1));
    assertThat(
            wait(
                "retry-after",
                "3",
                "x-ratelimit-remaining-tokens",
                "0",
                "x-ratelimit-reset-tokens",
                "50s"))
        .isEqualTo(Duration.ofSeconds(3));
  }
}
