package dev.fairlead.cache;

import static dev.fairlead.cache.CacheFixture.exact;
import static dev.fairlead.cache.CacheFixture.scope;
import static dev.fairlead.cache.CacheFixture.semantic;
import static dev.fairlead.cache.CacheFixture.storing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CacheMiss;
import dev.fairlead.v1.CacheMiss.Reason;
import dev.fairlead.v1.FreshAnswer;
import dev.fairlead.v1.GetStatsResponse;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.ReportOutcomeRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a lookup is counted as, and what the error bound makes of it. */
class LookupCountsTest {

  private static final int MANY = 50;

  private final CacheFixture cache =
      CacheFixture.start(
          "cache: { policy: error_bound, max_error_rate: 0.05, verify_share: 0.5, ttl: 1d }",
          new ManualClock(),
          () -> 0);

  @AfterEach
  void stop() {
    cache.close();
  }

  private static LookupRequest.Builder near() {
    return semantic("acme", "How can I boil an egg?", 1, 0.1f, 0);
  }

  /** Teaches the bound until it would serve {@link #near()}, of which it checks every one. */
  private CacheMiss learned() {
    cache.store(
        storing("acme", "How do I boil an egg?", 1, 0, 0)
            .setAnswer(TestEntries.answer("Eight minutes.")));
    CacheMiss miss = cache.miss(near());
    for (int i = 0; i < 400 && !cache.stats().hasFalseHitRate(); i++) {
      FreshAnswer.Builder fresh =
          FreshAnswer.newBuilder()
              .setScope(scope("acme"))
              .setEntryId(miss.getNeighbour().getEntryId())
              .setSimilarity(miss.getNeighbour().getSimilarity())
              .setText("eight minutes");
      var unused =
          cache
              .stub()
              .reportOutcome(ReportOutcomeRequest.newBuilder().setFreshAnswer(fresh).build());
      miss = cache.miss(near());
    }
    assertThat(miss.getReason()).isEqualTo(Reason.REASON_VERIFYING);
    return miss;
  }

  @Test
  void dryRun_isAnsweredAndChangesNothing_whereALookupWouldBeChecked() {
    learned();
    GetStatsResponse before = cache.stats();
    for (int i = 0; i < MANY; i++) {
      assertThat(cache.lookup(near().setDryRun(true)).getHit().getKind())
          .isEqualTo(CacheHit.Kind.KIND_SEMANTIC);
    }
    assertThat(cache.stats()).isEqualTo(before);
    cache.miss(near());
    assertThat(cache.stats().getFalseHitRate()).isLessThan(before.getFalseHitRate());
  }

  @Test
  void dryRun_countsNothing_andTakesNoLease() {
    cache.store(storing("acme", "Name 3 rivers", 1, 0, 0));
    GetStatsResponse before = cache.stats();
    LookupRequest.Builder vetoed =
        semantic("acme", "Name 4 rivers", 1, 0, 0).setAcquireLease(true).setDryRun(true);
    CacheMiss miss = cache.miss(vetoed);
    assertThat(miss.getReason()).isEqualTo(Reason.REASON_VETOED);
    assertThat(miss.hasLease()).isFalse();
    CacheMiss refused = cache.miss(semantic("acme", "Name 3 lakes", 1, 0.1f, 0).setDryRun(true));
    assertThat(refused.getReason()).isEqualTo(Reason.REASON_NOT_CONFIDENT);
    assertThat(cache.lookup(exact("acme", "Name 3 rivers").setDryRun(true)).hasHit()).isTrue();
    assertThat(cache.stats()).isEqualTo(before);
    assertThat(cache.miss(vetoed.setDryRun(false)).hasLease()).isTrue();
  }

  @Test
  void waitingLookup_isTheSameRequestAsTheOneThatWasRefusedTheLease() {
    CacheMiss leader = cache.miss(near().setAcquireLease(true));
    assertThat(leader.hasLease()).isTrue();
    assertThat(cache.miss(near().setAcquireLease(true)).hasLease()).isFalse();
    assertThat(cache.miss(waiting()).getReason()).isEqualTo(Reason.REASON_LEADER_TIMEOUT);
    assertThat(cache.stats().getLookups()).isEqualTo(2);
    assertThat(cache.stats().getMisses()).isEqualTo(2);
    cache.abandon("acme", "How can I boil an egg?", leader.getLease().getId());
    assertThat(cache.miss(near().setAcquireLease(true)).hasLease()).isTrue();
    assertThat(cache.stats().getLookups()).isEqualTo(3);
  }

  @Test
  void waitingLookup_asksTheErrorBoundNothing() {
    learned();
    assertThat(cache.miss(near().setAcquireLease(true)).hasLease()).isTrue();
    CacheMiss first = cache.miss(near().setAcquireLease(true));
    assertThat(first.getReason()).isEqualTo(Reason.REASON_VERIFYING);
    GetStatsResponse before = cache.stats();
    for (int i = 0; i < MANY; i++) {
      CacheMiss second = cache.miss(waiting());
      assertThat(second.getReason()).isEqualTo(Reason.REASON_LEADER_TIMEOUT);
      assertThat(second.hasNeighbour()).isFalse();
    }
    assertThat(cache.stats().getFalseHitRate()).isEqualTo(before.getFalseHitRate());
  }

  @Test
  void waitingLookup_countsNoVetoASecondTime() {
    cache.store(storing("acme", "Name 3 rivers", 1, 0, 0));
    LookupRequest.Builder vetoed = semantic("acme", "Name 4 rivers", 1, 0, 0);
    assertThat(cache.miss(vetoed.setAcquireLease(true)).hasLease()).isTrue();
    cache.miss(vetoed);
    cache.miss(vetoed.setWaitForLeader(CacheFixture.seconds(0.001)));
    assertThat(cache.stats().getVetoesMap()).containsEntry("number", 2L);
  }

  private static LookupRequest.Builder waiting() {
    return near().setAcquireLease(true).setWaitForLeader(CacheFixture.seconds(0.001));
  }
}
