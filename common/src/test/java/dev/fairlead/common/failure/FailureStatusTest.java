package dev.fairlead.common.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
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
import dev.fairlead.common.failure.Failure.UpstreamUnavailable;
import dev.fairlead.v1.Dialect;
import dev.fairlead.v1.FailedAttempts;
import dev.fairlead.v1.UpstreamError;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class FailureStatusTest {

  private static final Duration DELAY = Duration.ofMillis(1500);

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(
            new InvalidRequest("bad role", "messages[0].role", "invalid_type"),
            Status.Code.INVALID_ARGUMENT),
        Arguments.of(
            new InvalidRequest("bad role", "messages[0].role", null), Status.Code.INVALID_ARGUMENT),
        Arguments.of(
            new InvalidRequest("not JSON", null, "invalid_json"), Status.Code.INVALID_ARGUMENT),
        Arguments.of(
            new InvalidRequest("\u00e4\u4e2d \ud83d\ude00\n", null, null),
            Status.Code.INVALID_ARGUMENT),
        Arguments.of(new Unauthenticated("no key"), Status.Code.UNAUTHENTICATED),
        Arguments.of(new Forbidden("not this model"), Status.Code.PERMISSION_DENIED),
        Arguments.of(new UnknownModel("no such model", "gpt-\u00fc"), Status.Code.NOT_FOUND),
        Arguments.of(new RateLimited("slow down", DELAY), Status.Code.RESOURCE_EXHAUSTED),
        Arguments.of(new RateLimited("slow down", null), Status.Code.RESOURCE_EXHAUSTED),
        Arguments.of(new RateLimited("spent", null, true), Status.Code.RESOURCE_EXHAUSTED),
        Arguments.of(
            new BudgetExceeded("spent", BudgetExceeded.Kind.QUOTA), Status.Code.RESOURCE_EXHAUSTED),
        Arguments.of(
            new BudgetExceeded("too dear", BudgetExceeded.Kind.REQUEST_CAP),
            Status.Code.RESOURCE_EXHAUSTED),
        Arguments.of(new Overloaded("full", Duration.ofNanos(1)), Status.Code.RESOURCE_EXHAUSTED),
        Arguments.of(new Overloaded("full", null), Status.Code.RESOURCE_EXHAUSTED),
        Arguments.of(new UpstreamUnavailable("breaker open", 0, DELAY), Status.Code.UNAVAILABLE),
        Arguments.of(new UpstreamUnavailable("down", 503, null), Status.Code.UNAVAILABLE),
        Arguments.of(
            new UpstreamRejected("too long", 400, UpstreamRejected.Fault.CALLER),
            Status.Code.INVALID_ARGUMENT),
        Arguments.of(
            new UpstreamRejected("our key", 401, UpstreamRejected.Fault.CONFIGURATION),
            Status.Code.UNAVAILABLE),
        Arguments.of(
            new UpstreamRejected(
                "odd", 422, UpstreamRejected.Fault.CALLER, "tools", "invalid_value"),
            Status.Code.INVALID_ARGUMENT),
        Arguments.of(new UpstreamMalformed("cut"), Status.Code.UNAVAILABLE),
        Arguments.of(new Timeout("first token after 30s"), Status.Code.DEADLINE_EXCEEDED),
        Arguments.of(new Cancelled("gone"), Status.Code.CANCELLED),
        Arguments.of(new NoCandidate("no vision"), Status.Code.FAILED_PRECONDITION),
        Arguments.of(new Internal("internal error"), Status.Code.INTERNAL));
  }

  @Test
  void table_coversEveryFailure() {
    List<Class<?>> covered =
        failures().<Class<?>>map(row -> row.get()[0].getClass()).distinct().toList();

    assertThat(covered).containsExactlyInAnyOrder(Failure.class.getPermittedSubclasses());
  }

  @ParameterizedTest
  @MethodSource("failures")
  void failure_comesBackEqual_afterItsStatus(Failure failure, Status.Code code) {
    StatusRuntimeException status = FailureStatus.toStatus(failure);

    assertThat(status.getStatus().getCode()).isEqualTo(code);
    assertThat(status.getStatus().getDescription()).isEqualTo(failure.message());
    assertThat(FailureStatus.fromThrowable(status)).isEqualTo(failure);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void status_carriesReasonAndDelay(Failure failure, Status.Code code) {
    StatusRuntimeException status = FailureStatus.toStatus(failure);

    assertThat(FailureStatus.detail(status, ErrorInfo.class))
        .hasValueSatisfying(info -> {
          assertThat(info.getReason()).isEqualTo(failure.reason()).matches("[A-Z][A-Z_]+");
          assertThat(info.getDomain()).isEqualTo("fairlead.dev");
        });
    assertThat(FailureStatus.detail(status, RetryInfo.class).isPresent())
        .isEqualTo(failure.retryAfter() != null);
    assertThat(code).isNotEqualTo(Status.Code.OK);
  }

  @Test
  void reasons_areOneAKind() {
    List<String> kinds =
        failures()
            .map(row -> (Failure) row.get()[0])
            .map(failure ->
                switch (failure) {
                      case BudgetExceeded f -> "BudgetExceeded " + f.kind();
                      case UpstreamRejected f -> "UpstreamRejected " + f.fault();
                      default -> failure.getClass().getSimpleName();
                    }
                    + "/"
                    + failure.reason())
            .distinct()
            .toList();

    assertThat(kinds.stream().map(kind -> kind.split("/")[1]).distinct()).hasSameSizeAs(kinds);
  }

  @Test
  void furtherDetails_canBeUnpacked() {
    UpstreamError words =
        UpstreamError.newBuilder()
            .setHttpStatus(400)
            .setDialect(Dialect.DIALECT_OPENAI_CHAT)
            .setBody(ByteString.copyFromUtf8("{\"error\":{}}"))
            .build();

    StatusRuntimeException status =
        FailureStatus.toStatus(new Timeout("late"), FailedAttempts.getDefaultInstance(), words);

    assertThat(FailureStatus.detail(status, UpstreamError.class)).contains(words);
    assertThat(FailureStatus.detail(status, FailedAttempts.class))
        .contains(FailedAttempts.getDefaultInstance());
    assertThat(FailureStatus.detail(status, RetryInfo.class)).isEmpty();
    assertThat(FailureStatus.detail(new IllegalStateException("x"), UpstreamError.class)).isEmpty();
  }

  @Test
  void failureException_isFound_throughItsWrappers() {
    Failure failure = new NoCandidate("no vision");

    assertThat(FailureStatus.fromThrowable(failure.asException())).isSameAs(failure);
    assertThat(FailureStatus.fromThrowable(new CompletionException(failure.asException())))
        .isSameAs(failure);
    assertThat(
            FailureStatus.fromThrowable(new CompletionException(FailureStatus.toStatus(failure))))
        .isEqualTo(failure);
    assertThat(failure.asException().getStackTrace()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Status.Code.class)
  void foreignStatus_keepsItsMeaning_withoutItsHost(Status.Code code) {
    String secretHost = "io exception: Connection refused: scorer-7.internal/10.2.3.4:7001";

    Failure bare = FailureStatus.fromThrowable(new StatusException(code.toStatus()));
    Failure described =
        FailureStatus.fromThrowable(
            code.toStatus().withDescription(secretHost).asRuntimeException());

    assertThat(bare.message()).isNotEmpty();
    assertThat(described.getClass()).isEqualTo(bare.getClass());
    assertThat(described.message()).doesNotContain("internal/").doesNotContain("10.2.3.4");
  }

  @Test
  void anyOtherThrowable_isInternal_andTellsNothing() {
    assertThat(FailureStatus.fromThrowable(new ConnectException("10.2.3.4:7001 refused")))
        .isEqualTo(new Internal("internal error"));
    assertThat(FailureStatus.fromThrowable(new StackOverflowError()))
        .isEqualTo(new Internal("internal error"));
  }

  @Test
  void errorInfoOfAnotherDomain_isForeign() {
    assertThat(FailureStatus.fromThrowable(withInfo("googleapis.com", "RATE_LIMITED", "")))
        .isInstanceOf(UpstreamUnavailable.class);
  }

  @Test
  void unknownReason_isInternal_soThatAnOlderPeerUnderstandsANewerOne() {
    assertThat(FailureStatus.fromThrowable(withInfo("fairlead.dev", "SOMETHING_NEW", "")))
        .isEqualTo(new Internal("down"));
  }

  @Test
  void httpStatus_isZero_whenThePeerSentNonsense() {
    for (String nonsense : Arrays.asList("", "abc", "-1", "99999999999")) {
      assertThat(
              FailureStatus.fromThrowable(
                  withInfo("fairlead.dev", "UPSTREAM_UNAVAILABLE", nonsense)))
          .isEqualTo(new UpstreamUnavailable("down", 0, null));
    }
  }

  private static StatusRuntimeException withInfo(String domain, String reason, String httpStatus) {
    ErrorInfo info =
        ErrorInfo.newBuilder()
            .setDomain(domain)
            .setReason(reason)
            .putMetadata("http_status", httpStatus)
            .build();
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.UNAVAILABLE.value())
            .setMessage("down")
            .addDetails(Any.pack(info))
            .build());
  }
}
