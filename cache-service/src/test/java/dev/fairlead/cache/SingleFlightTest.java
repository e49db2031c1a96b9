package dev.fairlead.cache;

import static dev.fairlead.cache.CacheFixture.exact;
import static dev.fairlead.cache.CacheFixture.seconds;
import static dev.fairlead.cache.CacheFixture.storing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CacheMiss;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.LookupResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SingleFlightTest {

  private final CacheFixture cache = CacheFixture.start("cache: { lease_ttl: 30s }");

  @AfterEach
  void stop() {
    cache.close();
  }

  private static LookupRequest.Builder asking(double wait) {
    return exact("acme", "hello").setAcquireLease(true).setWaitForLeader(seconds(wait));
  }

  private double waiting() {
    return cache.meters.get("llm.router.cache.waiting").gauge().value();
  }

  @Test
  void identicalLookups_haveOneLeader_andShareItsAnswer() throws Exception {
    List<ListenableFuture<LookupResponse>> calls = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      calls.add(cache.futures().lookup(asking(15).build()));
    }
    List<LookupResponse> leaders = new ArrayList<>();
    Awaitility.await().until(() -> waiting() == 499);
    for (ListenableFuture<LookupResponse> call : calls) {
      if (call.isDone()) {
        leaders.add(call.get());
      }
    }
    assertThat(leaders).hasSize(1);
    String lease = leaders.getFirst().getMiss().getLease().getId();
    assertThat(lease).isNotEmpty();
    assertThat(cache.store(storing("acme", "hello").setLeaseId(lease)).getStored()).isTrue();
    int coalesced = 0;
    for (ListenableFuture<LookupResponse> call : calls) {
      LookupResponse response = call.get(10, TimeUnit.SECONDS);
      coalesced += response.getHit().getKind() == CacheHit.Kind.KIND_COALESCED ? 1 : 0;
    }
    assertThat(coalesced).isEqualTo(499);
    assertThat(cache.stats().getCoalescedHits()).isEqualTo(499);
    assertThat(waiting()).isZero();
  }

  @Test
  void nextWaiter_leads_whenTheLeaderGivesUp() throws Exception {
    String first = cache.miss(asking(0)).getLease().getId();
    List<ListenableFuture<LookupResponse>> followers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      followers.add(cache.futures().lookup(asking(15).build()));
    }
    Awaitility.await().until(() -> waiting() == 20);
    cache.abandon("acme", "hello", first);
    Awaitility.await().until(() -> waiting() == 19);
    assertThat(followers.stream().filter(ListenableFuture::isDone)).hasSize(1);
    CacheMiss promoted =
        followers.stream()
            .filter(ListenableFuture::isDone)
            .findFirst()
            .orElseThrow()
            .get()
            .getMiss();
    assertThat(promoted.getLease().getId()).isNotEmpty().isNotEqualTo(first);
    cache.store(storing("acme", "hello").setLeaseId(promoted.getLease().getId()));
    for (ListenableFuture<LookupResponse> follower : followers) {
      LookupResponse response = follower.get(10, TimeUnit.SECONDS);
      assertThat(response.hasHit() || response.getMiss().hasLease()).isTrue();
    }
  }

  @Test
  void nextWaiter_leads_whenAnUncleanAnswerIsStored() throws Exception {
    String first = cache.miss(asking(0)).getLease().getId();
    ListenableFuture<LookupResponse> follower = cache.futures().lookup(asking(15).build());
    var request = storing("acme", "hello").setLeaseId(first);
    request.getAnswerBuilder().setFinishReason(dev.fairlead.v1.FinishReason.FINISH_REASON_LENGTH);
    assertThat(cache.store(request).getStored()).isFalse();
    assertThat(follower.get(10, TimeUnit.SECONDS).getMiss().hasLease()).isTrue();
  }

  @Test
  void nextWaiter_leads_whenTheLeaderDies() throws Exception {
    try (CacheFixture quick = CacheFixture.start("cache: { lease_ttl: 300ms }")) {
      String first = quick.miss(asking(0)).getLease().getId();
      CacheMiss second =
          quick.futures().lookup(asking(15).build()).get(10, TimeUnit.SECONDS).getMiss();
      assertThat(second.getLease().getId()).isNotEmpty().isNotEqualTo(first);
    }
  }

  @Test
  void follower_timesOut_whenTheLeaderIsSlow() {
    assertThat(cache.miss(asking(0)).hasLease()).isTrue();
    CacheMiss late = cache.miss(asking(0.1));
    assertThat(late.getReason()).isEqualTo(CacheMiss.Reason.REASON_LEADER_TIMEOUT);
    assertThat(late.hasLease()).isFalse();
  }

  @Test
  void follower_isAnsweredInsideItsDeadline_whenThatIsShorterThanItsWait() {
    assertThat(cache.miss(asking(0)).hasLease()).isTrue();
    LookupResponse response =
        cache.stub().withDeadlineAfter(500, TimeUnit.MILLISECONDS).lookup(asking(60).build());
    assertThat(response.getMiss().getReason()).isEqualTo(CacheMiss.Reason.REASON_LEADER_TIMEOUT);
  }

  @Test
  void follower_getsNoLease_whenItDoesNotWait() {
    assertThat(cache.miss(asking(0)).hasLease()).isTrue();
    CacheMiss second = cache.miss(asking(0));
    assertThat(second.hasLease()).isFalse();
    assertThat(second.getReason()).isEqualTo(CacheMiss.Reason.REASON_NOT_FOUND);
  }

  @Test
  void lease_isGivenBack_whenTheFollowerWentAway() throws Exception {
    String first = cache.miss(asking(0)).getLease().getId();
    ListenableFuture<LookupResponse> gone = cache.futures().lookup(asking(15).build());
    Awaitility.await().until(() -> waiting() == 1);
    ListenableFuture<LookupResponse> patient = cache.futures().lookup(asking(15).build());
    Awaitility.await().until(() -> waiting() == 2);
    gone.cancel(true);
    cache.abandon("acme", "hello", first);
    assertThat(patient.get(10, TimeUnit.SECONDS).getMiss().hasLease()).isTrue();
  }

  @Test
  void lease_isCalledWhatTheCallerChose() {
    assertThat(cache.miss(asking(0).setLeaseId("mine")).getLease().getId()).isEqualTo("mine");
    cache.store(storing("acme", "hello").setLeaseId("mine"));
    assertThat(cache.lookup(asking(0).setLeaseId("other")).hasHit()).isTrue();
  }

  @Test
  void nextWaiter_leads_whenTheLeaderNeverHeardOfItsLease_andGivesItBack() throws Exception {
    var unheard = cache.futures().lookup(asking(0).setLeaseId("unheard").build());
    unheard.get(10, TimeUnit.SECONDS);
    ListenableFuture<LookupResponse> follower =
        cache.futures().lookup(asking(15).setLeaseId("next").build());
    Awaitility.await().until(() -> waiting() == 1);
    cache.abandon("acme", "hello", "unheard");
    assertThat(follower.get(10, TimeUnit.SECONDS).getMiss().getLease().getId()).isEqualTo("next");
  }

  @Test
  void lookup_isGrantedTheSameLease_whenItIsRepeated() throws Exception {
    assertThat(cache.miss(asking(0).setLeaseId("mine")).hasLease()).isTrue();
    assertThat(cache.miss(asking(0).setLeaseId("mine")).getLease().getId()).isEqualTo("mine");
    assertThat(cache.miss(asking(0).setLeaseId("other")).hasLease()).isFalse();
    ListenableFuture<LookupResponse> follower = cache.futures().lookup(asking(15).build());
    Awaitility.await().until(() -> waiting() == 1);
    cache.store(storing("acme", "hello").setLeaseId("mine"));
    assertThat(follower.get(10, TimeUnit.SECONDS).getHit().getKind())
        .isEqualTo(CacheHit.Kind.KIND_COALESCED);
  }

  @Test
  void lease_lastsItsWholeTimeAgain_whenItIsGrantedAnew() throws Exception {
    try (CacheFixture quick = CacheFixture.start("cache: { lease_ttl: 5s }")) {
      assertThat(quick.miss(asking(0).setLeaseId("mine")).hasLease()).isTrue();
      assertThat(quick.miss(asking(1).setLeaseId("other")).getReason())
          .isEqualTo(CacheMiss.Reason.REASON_LEADER_TIMEOUT);
      long again = System.nanoTime();
      assertThat(quick.miss(asking(0).setLeaseId("mine")).hasLease()).isTrue();
      CacheMiss second =
          quick.futures().lookup(asking(15).build()).get(18, TimeUnit.SECONDS).getMiss();
      assertThat(second.hasLease()).isTrue();
      assertThat(System.nanoTime() - again).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(4_900));
    }
  }

  @Test
  void leaseId_isRefused_whenItIsTooLong() {
    assertThatThrownBy(() -> cache.miss(asking(0).setLeaseId("x".repeat(129))))
        .hasMessageContaining("lease_id: 129 characters (expected: up to 128)");
  }

  @Test
  void lease_ofAnotherTenant_isItsOwn() {
    assertThat(cache.miss(asking(0)).hasLease()).isTrue();
    assertThat(cache.miss(exact("globex", "hello").setAcquireLease(true)).hasLease()).isTrue();
  }

  @Test
  void identicalRequests_areShared_evenWhenNothingIsKept() throws Exception {
    try (CacheFixture off = CacheFixture.start("cache: { enabled: false }")) {
      String lease = off.miss(asking(0)).getLease().getId();
      ListenableFuture<LookupResponse> follower = off.futures().lookup(asking(15).build());
      off.store(storing("acme", "hello").setLeaseId(lease));
      assertThat(follower.get(10, TimeUnit.SECONDS).getHit().getKind())
          .isEqualTo(CacheHit.Kind.KIND_COALESCED);
    }
  }
}
