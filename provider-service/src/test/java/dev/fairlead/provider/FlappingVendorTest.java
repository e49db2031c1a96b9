package dev.fairlead.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.provider.testkit.RawUpstream;
import dev.fairlead.provider.testkit.RawUpstream.Answer;
import dev.fairlead.v1.Attempt;
import dev.fairlead.v1.AttemptResult;
import dev.fairlead.v1.BreakerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Case E15: a vendor that fails every second call, seen through the whole stack. */
class FlappingVendorTest {

  private static final String ANSWER =
      "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,"
          + "\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1,\"total_tokens\":4}}";

  private final AtomicInteger calls = new AtomicInteger();
  private final CountDownLatch probing = new CountDownLatch(1);
  private volatile boolean recovering;
  private RawUpstream flapping;
  private RawUpstream steady;
  private FaultRig rig;

  @BeforeEach
  void start() {
    flapping = RawUpstream.start(request -> flap());
    steady = RawUpstream.start(request -> Answer.json(200, "", ANSWER));
    rig =
        new FaultRig(
            """
            providers:
              lab: { kind: openai, base_url: "%s/v1", api_key: k }
              other: { kind: openai, base_url: "%s/v1", api_key: k }
            models:
              - { id: flaps, provider: lab, upstream: m, price: { input: 1, output: 1 } }
              - { id: steady, provider: other, upstream: m, price: { input: 1, output: 1 } }
            provider:
              timeouts: { total: 50s }
              retry: { max_retries: 0, budget_floor_per_second: 1000 }
              breaker: { window: 10, minimum_calls: 10, failure_rate: 0.5, open_for: 1s }
            """
                .formatted(flapping.baseUrl(), steady.baseUrl()));
  }

  private Answer flap() {
    if (recovering) {
      try {
        probing.await(30, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return Answer.json(200, "", ANSWER);
    }
    return calls.incrementAndGet() % 2 == 0
        ? Answer.json(500, "", "{\"error\":{\"message\":\"it broke\"}}")
        : Answer.json(200, "", ANSWER);
  }

  @AfterEach
  void stop() {
    probing.countDown();
    rig.close();
    flapping.close();
    steady.close();
  }

  private void flapUntilOpen() {
    for (int i = 0; i < 10; i++) {
      assertThat(rig.generate("flaps", "steady").answered()).isTrue();
    }
    assertThat(rig.status("lab").getBreaker()).isEqualTo(BreakerState.BREAKER_STATE_OPEN);
    assertThat(rig.status("lab").getOpenModelIdsList()).containsExactly("flaps");
    assertThat(flapping.calls()).isEqualTo(10);
  }

  @Test
  void e15_everySecondCallFails_opensByRate_andHalfOpenAdmitsOneProbe() {
    flapUntilOpen();
    recovering = true;
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !rig.status("lab").hasRetryIn() || isZero(rig.status("lab").getRetryIn()));
    // Nobody would ask it again if it still said open.
    assertThat(rig.status("lab").getBreaker()).isEqualTo(BreakerState.BREAKER_STATE_HALF_OPEN);
    assertThat(rig.status("lab").getOpenModelIdsList()).isEmpty();
    List<CompletableFuture<FaultRig.Told>> told = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        told.add(CompletableFuture.supplyAsync(() -> rig.generate("flaps", "steady"), callers));
      }
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> told.stream().filter(CompletableFuture::isDone).count() == 7);
      assertThat(flapping.calls()).isEqualTo(11);
      probing.countDown();
    }
    assertThat(told).allMatch(future -> future.join().answered());
    assertThat(told)
        .filteredOn(future -> result(future) == AttemptResult.ATTEMPT_RESULT_SHED)
        .hasSize(7);
    assertThat(rig.status("lab").getBreaker()).isEqualTo(BreakerState.BREAKER_STATE_CLOSED);
    rig.awaitIdle();
  }

  private static AttemptResult result(CompletableFuture<FaultRig.Told> told) {
    return told.join().attempts().getFirst().getResult();
  }

  private static boolean isZero(com.google.protobuf.Duration duration) {
    return duration.getSeconds() == 0 && duration.getNanos() == 0;
  }

  @Test
  void e15_lastCandidate_isNeverCutOff() {
    flapUntilOpen();
    FaultRig.Told told = rig.generate("flaps");
    assertThat(told.answered()).isTrue();
    assertThat(told.attempts())
        .extracting(Attempt::getResult)
        .endsWith(AttemptResult.ATTEMPT_RESULT_SUCCESS);
    assertThat(flapping.calls()).isEqualTo(11);
    rig.awaitIdle();
  }
}
