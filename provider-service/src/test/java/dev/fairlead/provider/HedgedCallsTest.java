package dev.fairlead.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.provider.testkit.ScriptedUpstream;
import dev.fairlead.v1.AttemptResult;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Case G4: a second try beside a slow first one, against real vendors with ledgers. */
class HedgedCallsTest {

  private ScriptedUpstream lab;
  private ScriptedUpstream other;

  @BeforeEach
  void start() {
    lab = ScriptedUpstream.start();
    other = ScriptedUpstream.start();
  }

  @AfterEach
  void stop() {
    lab.close();
    other.close();
  }

  private FaultRig rig(String hedge) {
    return new FaultRig(
        """
        providers:
          lab: { kind: openai, base_url: "%s", api_key: k }
          other: { kind: openai, base_url: "%s", api_key: k }
        models:
          - { id: tires, provider: lab, upstream: tires, price: { input: 1, output: 1 } }
          - { id: ok, provider: other, upstream: ok, price: { input: 1, output: 1 } }
        provider:
          timeouts: { first_token: 2s, total: 2s }
          retry: { max_retries: 0 }
          hedge: { %s }
        """
            .formatted(lab.baseUrl(), other.baseUrl(), hedge));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void g4_slowCall_isHedged_chargedOnce_andPaidToBoth(boolean streamed) {
    try (FaultRig rig = rig("enabled: true, minimum_wait: 1ms, max_share: 1.0")) {
      warm(rig, streamed);
      FaultRig.Told told = streamed ? rig.stream("tires", "ok") : rig.generate("tires", "ok");
      assertThat(told.answered()).isTrue();
      assertThat(told.text()).contains("Hello");
      assertThat(told.attempts())
          .extracting(attempt -> attempt.getResult())
          .containsExactly(
              AttemptResult.ATTEMPT_RESULT_CANCELLED, AttemptResult.ATTEMPT_RESULT_SUCCESS);
      assertThat(told.attempts().getFirst().getModelId()).isEqualTo("tires");
      assertThat(told.attempts().getFirst().getUsage().getPromptTokens()).isPositive();
      assertThat(told.usage()).isEqualTo(told.attempts().getLast().getUsage());
      assertThat(lab.ledger()).hasSize(ScriptedUpstream.TIRES_AFTER + 1);
      assertThat(other.ledger()).hasSize(1);
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> {
            assertThat(lab.last().end()).isEqualTo("cancelled");
            assertThat(other.last().end()).isEqualTo("finished");
          });
      assertThat(rig.hedges("won")).isEqualTo(1);
      rig.awaitIdle();
    }
  }

  @Test
  void g4_noSecondTry_isMade_whenTheShareIsUsedUp() {
    try (FaultRig rig = rig("enabled: true, minimum_wait: 1ms, max_share: 0.0")) {
      warm(rig, false);
      FaultRig.Told told = rig.generate("tires", "ok");
      assertThat(told.attempts())
          .extracting(attempt -> attempt.getResult())
          .containsExactly(
              AttemptResult.ATTEMPT_RESULT_TIMEOUT, AttemptResult.ATTEMPT_RESULT_SUCCESS);
      assertThat(rig.hedges("capped")).isEqualTo(1);
      rig.awaitIdle();
    }
  }

  @Test
  void g4_nothingIsHedged_byDefault() {
    try (FaultRig rig = rig("")) {
      warm(rig, false);
      assertThat(rig.generate("tires", "ok").attempts())
          .extracting(attempt -> attempt.getResult())
          .containsExactly(
              AttemptResult.ATTEMPT_RESULT_TIMEOUT, AttemptResult.ATTEMPT_RESULT_SUCCESS);
      rig.awaitIdle();
    }
  }

  private static void warm(FaultRig rig, boolean streamed) {
    for (int i = 0; i < ScriptedUpstream.TIRES_AFTER; i++) {
      assertThat((streamed ? rig.stream("tires") : rig.generate("tires")).answered()).isTrue();
    }
  }
}
