package dev.fairlead.gateway.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.Failure.BudgetExceeded;
import dev.fairlead.common.failure.Failure.Cancelled;
import dev.fairlead.common.failure.Failure.Forbidden;
import dev.fairlead.common.failure.Failure.Internal;
import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.common.failure.Failure.NoCandidate;
import dev.fairlead.common.failure.Failure.Overloaded;
import dev.fairlead.common.failure.Failure.RateLimited;
import dev.fairlead.common.failure.Failure.Timeout;
import dev.fairlead.common.failure.Failure.Unauthenticated;
import dev.fairlead.common.failure.Failure.UnknownModel;
import dev.fairlead.common.failure.Failure.UpstreamMalformed;
import dev.fairlead.common.failure.Failure.UpstreamRejected;
import dev.fairlead.common.failure.Failure.UpstreamRejected.Fault;
import dev.fairlead.common.failure.Failure.UpstreamUnavailable;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HttpFailuresTest {

  private static final String INVALID = "invalid_request_error";
  private static final Duration SOON = Duration.ofSeconds(2);

  static Stream<Arguments> table() {
    return Stream.of(
        row(new InvalidRequest("m", "n", "invalid_type"), 400, INVALID, "invalid_type", "n"),
        row(new InvalidRequest("m", null, null), 400, INVALID, null, null),
        row(
            new InvalidRequest("m", null, HttpFailures.REQUEST_TOO_LARGE),
            413,
            INVALID,
            "request_too_large",
            null),
        row(
            new InvalidRequest("m", null, HttpFailures.UNSUPPORTED_MEDIA_TYPE),
            415,
            INVALID,
            "unsupported_media_type",
            null),
        row(new Unauthenticated("m"), 401, INVALID, "invalid_api_key", null),
        row(new Forbidden("m"), 403, "permission_error", "forbidden", null),
        row(new UnknownModel("m", "x"), 404, INVALID, "model_not_found", "model"),
        row(new RateLimited("m", SOON), 429, "rate_limit_error", "rate_limit_exceeded", null),
        row(
            new RateLimited("m", null, true),
            429,
            "insufficient_quota",
            "insufficient_quota",
            null),
        row(
            new BudgetExceeded("m", BudgetExceeded.Kind.QUOTA),
            429,
            "insufficient_quota",
            "insufficient_quota",
            null),
        row(
            new BudgetExceeded("m", BudgetExceeded.Kind.REQUEST_CAP),
            402,
            INVALID,
            "cost_cap_unreachable",
            null),
        row(new Overloaded("m", SOON), 503, "server_error", "overloaded", null),
        row(
            new UpstreamUnavailable("m", 0, null),
            503,
            "server_error",
            "upstream_unavailable",
            null),
        row(
            new UpstreamUnavailable("m", 503, SOON),
            503,
            "server_error",
            "upstream_unavailable",
            null),
        row(
            new UpstreamUnavailable("m", 529, null),
            503,
            "server_error",
            "upstream_unavailable",
            null),
        row(
            new UpstreamUnavailable("m", 500, null),
            502,
            "server_error",
            "upstream_unavailable",
            null),
        row(new UpstreamRejected("m", 422, Fault.CALLER), 422, INVALID, "upstream_rejected", null),
        row(
            new UpstreamRejected("m", 403, Fault.CALLER),
            403,
            "permission_error",
            "upstream_rejected",
            null),
        row(
            new UpstreamRejected("m", 429, Fault.CALLER),
            429,
            "rate_limit_error",
            "upstream_rejected",
            null),
        row(
            new UpstreamRejected("m", 400, Fault.CALLER, "tools", "invalid_value"),
            400,
            INVALID,
            "invalid_value",
            "tools"),
        row(new UpstreamRejected("m", 0, Fault.CALLER), 400, INVALID, "upstream_rejected", null),
        row(
            new UpstreamRejected("m", 401, Fault.CONFIGURATION),
            502,
            "server_error",
            "upstream_misconfigured",
            null),
        row(new UpstreamMalformed("m"), 502, "server_error", "upstream_invalid_response", null),
        row(new Timeout("m"), 504, "server_error", "timeout", null),
        row(new Cancelled("m"), 499, INVALID, "request_cancelled", null),
        row(new NoCandidate("m"), 400, INVALID, "no_candidate", null),
        row(new Internal("m"), 500, "server_error", "internal_error", null));
  }

  private static Arguments row(
      Failure failure, int status, String type, @Nullable String code, @Nullable String param) {
    return Arguments.of(failure, new HttpFailure(status, type, code, param));
  }

  @ParameterizedTest
  @MethodSource("table")
  void failure_hasStatusTypeAndCode_whateverItsKind(Failure failure, HttpFailure expected) {
    assertThat(HttpFailures.of(failure)).isEqualTo(expected);
  }

  @Test
  void table_hasEveryKindOfFailure() {
    Set<String> kinds =
        Arrays.stream(Failure.class.getPermittedSubclasses())
            .map(Class::getName)
            .collect(Collectors.toSet());
    assertThat(table().map(row -> row.get()[0].getClass().getName()).collect(Collectors.toSet()))
        .isEqualTo(kinds);
  }

  @Test
  void headers_sayNeverRetry_whenMoneyIsSpent() {
    assertThat(headers(new BudgetExceeded("m", BudgetExceeded.Kind.QUOTA)))
        .containsExactly(Map.entry("x-should-retry", "false"));
    assertThat(headers(new RateLimited("m", null, true)))
        .containsExactly(Map.entry("x-should-retry", "false"));
    assertThat(headers(new BudgetExceeded("m", BudgetExceeded.Kind.REQUEST_CAP)))
        .containsExactly(Map.entry("x-should-retry", "false"));
  }

  @Test
  void headers_roundWaitUp_whenItIsKnown() {
    assertThat(headers(new RateLimited("m", Duration.ofNanos(1_200_000_001))))
        .containsExactly(Map.entry("retry-after", "2"), Map.entry("retry-after-ms", "1201"));
    assertThat(headers(new Overloaded("m", Duration.ofSeconds(3))))
        .containsExactly(Map.entry("retry-after", "3"), Map.entry("retry-after-ms", "3000"));
    assertThat(headers(new UpstreamUnavailable("m", 503, Duration.ofSeconds(-5))))
        .containsExactly(Map.entry("retry-after", "0"), Map.entry("retry-after-ms", "0"));
  }

  @Test
  void headers_areEmpty_whenNothingIsKnown() {
    assertThat(headers(new Internal("m"))).isEmpty();
    assertThat(headers(new RateLimited("m", null))).isEmpty();
  }

  private static Map<String, String> headers(Failure failure) {
    Map<String, String> headers = new LinkedHashMap<>();
    ErrorHeaders.of(failure).forEach(headers::put);
    return headers;
  }
}
