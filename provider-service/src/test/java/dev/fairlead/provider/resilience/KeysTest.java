package dev.fairlead.provider.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.Failure.UpstreamRejected.Fault;
import dev.fairlead.provider.call.ModelCall;
import dev.fairlead.provider.call.RequestForm;
import dev.fairlead.provider.call.UpstreamFailure;
import dev.fairlead.provider.call.UpstreamFailure.Next;
import dev.fairlead.provider.testkit.ManualTime;
import dev.fairlead.provider.testkit.RecordedAnswer;
import dev.fairlead.provider.testkit.Spans;
import dev.fairlead.v1.AttemptResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several keys of one provider: turns and rests. */
class KeysTest {

  private final ManualTime time = new ManualTime();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final FakeProvider one = new FakeProvider();
  private final FakeProvider two = new FakeProvider();
  private final KeyRotatingProvider keys = keys(List.of(one, two));

  private KeyRotatingProvider keys(List<FakeProvider> providers) {
    KeySettings settings =
        new KeySettings(
            Duration.ofSeconds(1),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofSeconds(30));
    return new KeyRotatingProvider(List.copyOf(providers), "p", settings, meters, time);
  }

  private RecordedAnswer open(KeyRotatingProvider provider, String model) {
    RecordedAnswer answer = new RecordedAnswer();
    ModelCall call =
        new ModelCall(
            new ModelSpec(model, "p", "u", null, null, 0, 0, Set.of()),
            new RequestForm.Raw(Spans.chat("x")),
            false,
            0,
            Map.of(),
            Duration.ofHours(1),
            false,
            Context.root());
    provider.open(call, answer);
    return answer;
  }

  private static UpstreamFailure limited(@Nullable Duration wait, Next next) {
    return new UpstreamFailure(
        new Failure.RateLimited("provider p limits the rate (429)", wait),
        next,
        AttemptResult.ATTEMPT_RESULT_RATE_LIMITED,
        429,
        ByteString.EMPTY,
        null);
  }

  private static UpstreamFailure refused() {
    return refused(401, Fault.CONFIGURATION);
  }

  private static UpstreamFailure refused(int status, Fault fault) {
    return new UpstreamFailure(
        new Failure.UpstreamRejected("provider p refused", status, fault),
        Next.OTHER_MODEL,
        AttemptResult.ATTEMPT_RESULT_REJECTED,
        status,
        ByteString.EMPTY,
        null);
  }

  @Test
  void keys_takeTurns() {
    for (int i = 0; i < 6; i++) {
      open(keys, "m");
    }
    assertThat(one.calls).hasSize(3);
    assertThat(two.calls).hasSize(3);
  }

  @Test
  void e3_limitedKey_rests_andTheOtherServesAtOnce() {
    RecordedAnswer answer = open(keys, "m");
    one.last().listener.onFailed(limited(Duration.ofSeconds(7), Next.RETRY));
    assertThat(answer.failure().next()).isEqualTo(Next.RETRY);
    assertThat(answer.failure().failure().retryAfter()).isNull();
    assertThat(answer.failure().failure().message()).endsWith("key 1 of 2");
    open(keys, "m");
    open(keys, "m");
    assertThat(one.calls).hasSize(1);
    assertThat(two.calls).hasSize(2);
    open(keys, "n");
    open(keys, "n");
    assertThat(one.calls).as("another model has a limit of its own").hasSize(2);
    time.advance(Duration.ofSeconds(7));
    open(keys, "m");
    open(keys, "m");
    assertThat(one.calls).hasSize(3);
  }

  @Test
  void e3_absurdWait_isBounded_andWhileAllKeysRestNothingIsSent() {
    open(keys, "m");
    open(keys, "m");
    one.last().listener.onFailed(limited(Duration.ofHours(1), Next.RETRY));
    two.last().listener.onFailed(limited(Duration.ofSeconds(40), Next.RETRY));
    RecordedAnswer answer = open(keys, "m");
    assertThat(answer.failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_SHED);
    assertThat(answer.failure().failure()).isInstanceOf(Failure.RateLimited.class);
    assertThat(answer.failure().failure().retryAfter()).isEqualTo(Duration.ofSeconds(40));
    time.advance(Duration.ofMinutes(1));
    assertThat(keys.awake("m")).isEqualTo(2);
    assertThat(
            meters
                .get("llm.router.key.cooldowns")
                .tags("provider", "p", "reason", "limited")
                .counter()
                .count())
        .isEqualTo(2);
  }

  @Test
  void e4_keyWithoutQuota_restsForAllModels_andIsNotTriedAgain() {
    RecordedAnswer answer = open(keys, "m");
    one.last().listener.onFailed(limited(null, Next.OTHER_MODEL));
    assertThat(answer.failure().next()).isEqualTo(Next.RETRY);
    for (int i = 0; i < 4; i++) {
      open(keys, "n");
    }
    assertThat(one.calls).hasSize(1);
    two.last().listener.onFailed(limited(null, Next.OTHER_MODEL));
    assertThat(open(keys, "m").failure().result()).isEqualTo(AttemptResult.ATTEMPT_RESULT_SHED);
  }

  @Test
  void e5_refusedKey_restsUntilItsTimeIsOver_andAllRefusedIsOurs() {
    RecordedAnswer answer = open(keys, "m");
    one.last().listener.onFailed(refused());
    assertThat(answer.failure().next()).isEqualTo(Next.RETRY);
    open(keys, "m");
    two.last().listener.onFailed(refused());
    RecordedAnswer shed = open(keys, "m");
    assertThat(shed.failure().failure())
        .isInstanceOfSatisfying(
            Failure.UpstreamRejected.class,
            f -> assertThat(f.fault()).isEqualTo(Fault.CONFIGURATION));
    time.advance(Duration.ofSeconds(30));
    assertThat(open(keys, "m").ended()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 402})
  void e5_keyOfABadAccount_restsForAllModels_whateverTheStatus(int status) {
    RecordedAnswer answer = open(keys, "m");
    one.last().listener.onFailed(refused(status, Fault.CONFIGURATION));
    assertThat(answer.failure().next()).isEqualTo(Next.RETRY);
    open(keys, "n");
    open(keys, "n");
    assertThat(one.calls).hasSize(1);
  }

  @Test
  void e5_forbiddenKey_restsForThatModel_andAllForbiddenIsOurs() {
    RecordedAnswer answer = open(keys, "m");
    one.last().listener.onFailed(refused(403, Fault.CONFIGURATION));
    assertThat(answer.failure().next()).isEqualTo(Next.RETRY);
    assertThat(keys.awake("m")).isEqualTo(1);
    assertThat(keys.awake("n")).isEqualTo(2);
    open(keys, "m");
    two.last().listener.onFailed(refused(403, Fault.CONFIGURATION));
    assertThat(open(keys, "m").failure().failure()).isInstanceOf(Failure.UpstreamRejected.class);
    assertThat(open(keys, "n").ended()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"404, CONFIGURATION", "400, CALLER"})
  void refusalThatIsNotOfTheKey_letsNoneRest(int status, Fault fault) {
    RecordedAnswer answer = open(keys, "m");
    one.last().listener.onFailed(refused(status, fault));
    assertThat(answer.failure().next()).isEqualTo(Next.OTHER_MODEL);
    assertThat(keys.awake("m")).isEqualTo(2);
  }
}
