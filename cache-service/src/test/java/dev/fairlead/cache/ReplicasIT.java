package dev.fairlead.cache;

import static dev.fairlead.cache.CacheFixture.exact;
import static dev.fairlead.cache.CacheFixture.scope;
import static dev.fairlead.cache.CacheFixture.seconds;
import static dev.fairlead.cache.CacheFixture.semantic;
import static dev.fairlead.cache.CacheFixture.storing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.common.util.concurrent.ListenableFuture;
import dev.fairlead.redis.RedisServerProcess;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CacheMiss;
import dev.fairlead.v1.FlushRequest;
import dev.fairlead.v1.FreshAnswer;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.LookupResponse;
import dev.fairlead.v1.Rating;
import dev.fairlead.v1.ReportOutcomeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two replicas over one Redis act as one cache. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplicasIT {

  private RedisServerProcess redis;
  private CacheFixture a;
  private CacheFixture b;

  @BeforeAll
  void startRedis() {
    redis = RedisServerProcess.start();
  }

  @AfterAll
  void stopRedis() {
    redis.close();
  }

  @BeforeEach
  void startReplicas() {
    redis.command("FLUSHALL");
    a = replica("threshold");
    b = replica("threshold");
    awaitConnected(a);
    awaitConnected(b);
  }

  @AfterEach
  void stopReplicas() {
    a.close();
    b.close();
  }

  private CacheFixture replica(String policy) {
    return CacheFixture.start(
        "cache: { store_timeout: 2s, lease_ttl: 30s, stats_interval: 100ms, policy: "
            + policy
            + " }\nredis: { url: '"
            + redis.url()
            + "' }");
  }

  private static void awaitConnected(CacheFixture cache) {
    Awaitility.await()
        .until(() ->
            cache.miss(exact("probe", "probe")).getReason() == CacheMiss.Reason.REASON_NOT_FOUND);
  }

  private static boolean hits(CacheFixture cache, LookupRequest.Builder request) {
    return cache.lookup(request).hasHit();
  }

  @Test
  void entry_storedOnOne_isHitOnTheOther() {
    a.store(storing("acme", "How do I boil an egg?", 1, 0, 0));
    assertThat(b.lookup(exact("acme", "How do I boil an egg?")).getHit().getKind())
        .isEqualTo(CacheHit.Kind.KIND_EXACT);
    LookupRequest.Builder near = semantic("acme", "How can I boil an egg?", 1, 0.1f, 0);
    Awaitility.await().until(() -> hits(b, near));
    assertThat(b.lookup(near).getHit().getKind()).isEqualTo(CacheHit.Kind.KIND_SEMANTIC);
  }

  @Test
  void index_isRepaired_whenAMessageWasLost() {
    assumeThat(RedisServerProcess.signalsSupported()).isTrue();
    // What was there before b began to listen it reads by itself.
    for (int told = 1; told <= 2; told++) {
      a.store(storing("acme", "told " + told, 0, told, 1));
      int vectors = told;
      Awaitility.await().until(() -> b.stats().getVectors() == vectors);
    }
    redis.command("ACL", "SETUSER", "default", "-xadd");
    try {
      a.store(storing("acme", "How do I boil an egg?", 1, 0, 0));
      assertThat(b.stats().getVectors()).as("b was not told").isEqualTo(2);
    } finally {
      redis.command("ACL", "SETUSER", "default", "+xadd");
    }
    LookupRequest.Builder near = semantic("acme", "How can I boil an egg?", 1, 0.1f, 0);
    Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> hits(b, near));
    assertThat(b.lookup(near).getHit()).isEqualTo(a.lookup(near).getHit());
  }

  @Test
  void flush_onOne_emptiesTheOther_nearCacheAndIndexToo() {
    a.store(storing("acme", "How do I boil an egg?", 1, 0, 0));
    b.store(storing("globex", "How do I boil an egg?", 1, 0, 0));
    LookupRequest.Builder near = semantic("acme", "How can I boil an egg?", 1, 0.1f, 0);
    Awaitility.await().until(() -> hits(b, near));
    assertThat(a.flush(FlushRequest.newBuilder().setTenant("acme"))).isEqualTo(1);
    Awaitility.await()
        .until(() -> !hits(b, near) && !hits(b, exact("acme", "How do I boil an egg?")));
    assertThat(b.stats().getVectors()).isEqualTo(1);
    assertThat(hits(a, exact("globex", "How do I boil an egg?"))).isTrue();
  }

  @Test
  void overwrite_onOne_isSeenOnTheOther() {
    a.store(storing("acme", "hello").setAnswer(TestEntries.answer("old")));
    assertThat(b.lookup(exact("acme", "hello")).getHit().getAnswer().getText()).isEqualTo("old");
    a.store(storing("acme", "hello").setAnswer(TestEntries.answer("new")));
    Awaitility.await()
        .until(() -> b.lookup(exact("acme", "hello")).getHit().getAnswer().getText().equals("new"));
  }

  @Test
  void index_isRebuilt_whenAReplicaStarts() {
    for (int i = 0; i < 250; i++) {
      a.store(storing("acme", "text " + i, 1, i, 0));
    }
    try (CacheFixture late = replica("threshold")) {
      Awaitility.await().until(() -> late.stats().getVectors() == 250);
      assertThat(late.stats().getEntries()).isEqualTo(250);
    }
  }

  @Test
  void identicalLookups_overBothReplicas_haveOneLeader() throws Exception {
    LookupRequest request =
        exact("acme", "hello").setAcquireLease(true).setWaitForLeader(seconds(15)).build();
    List<ListenableFuture<LookupResponse>> calls = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      calls.add((i % 2 == 0 ? a : b).futures().lookup(request));
    }
    Awaitility.await().until(() -> calls.stream().filter(ListenableFuture::isDone).count() == 1);
    LookupResponse leader =
        calls.stream().filter(ListenableFuture::isDone).findFirst().orElseThrow().get();
    // The gateway's next call may reach either replica.
    b.store(storing("acme", "hello").setLeaseId(leader.getMiss().getLease().getId()));
    int coalesced = 0;
    for (ListenableFuture<LookupResponse> call : calls) {
      coalesced +=
          call.get(10, TimeUnit.SECONDS).getHit().getKind() == CacheHit.Kind.KIND_COALESCED ? 1 : 0;
    }
    assertThat(coalesced).isEqualTo(99);
  }

  @Test
  void waiterOnTheOther_leads_whenTheLeaderGivesUp() throws Exception {
    String lease = a.miss(exact("acme", "hello").setAcquireLease(true)).getLease().getId();
    ListenableFuture<LookupResponse> waiter =
        b.futures()
            .lookup(
                exact("acme", "hello").setAcquireLease(true).setWaitForLeader(seconds(15)).build());
    Awaitility.await().until(() -> b.meters.get("llm.router.cache.waiting").gauge().value() == 1);
    a.abandon("acme", "hello", lease);
    assertThat(waiter.get(10, TimeUnit.SECONDS).getMiss().hasLease()).isTrue();
  }

  @Test
  void waiterOnTheOther_leads_whenTheLeaderDies() throws Exception {
    try (CacheFixture quick =
        CacheFixture.start(
            "cache: { store_timeout: 2s, lease_ttl: 500ms }\nredis: { url: '"
                + redis.url()
                + "' }")) {
      awaitConnected(quick);
      assertThat(quick.miss(exact("acme", "hello").setAcquireLease(true)).hasLease()).isTrue();
    }
    LookupResponse response =
        b.futures()
            .lookup(
                exact("acme", "hello").setAcquireLease(true).setWaitForLeader(seconds(15)).build())
            .get(10, TimeUnit.SECONDS);
    assertThat(response.getMiss().hasLease()).isTrue();
  }

  @Test
  void stats_areTotals() {
    a.store(storing("acme", "hello"));
    assertThat(hits(a, exact("acme", "hello"))).isTrue();
    assertThat(hits(b, exact("acme", "hello"))).isTrue();
    Awaitility.await()
        .untilAsserted(() -> {
          assertThat(a.stats().getExactHits()).isEqualTo(2);
          assertThat(b.stats().getExactHits()).isEqualTo(2);
          assertThat(b.stats().getStores()).isEqualTo(1);
          assertThat(b.stats().getEntries()).isEqualTo(1);
        });
    assertThat(a.stats().getStore()).isEqualTo("redis");
  }

  @Test
  void coveredEntry_isFoundExactlyOnly_onBoth() {
    try (CacheFixture one = replica("vcache");
        CacheFixture other = replica("vcache")) {
      awaitConnected(one);
      awaitConnected(other);
      one.store(
          storing("acme", "How do I boil an egg?", 1, 0, 0).setAnswer(TestEntries.answer("8")));
      CacheMiss miss = one.miss(semantic("acme", "How can I cook an egg?", 1, 0.6f, 0));
      one.store(
          storing("acme", "How can I cook an egg?", 1, 0.6f, 0).setAnswer(TestEntries.answer("8")));
      Awaitility.await().until(() -> other.stats().getVectors() == 2);
      FreshAnswer.Builder fresh =
          FreshAnswer.newBuilder()
              .setScope(scope("acme"))
              .setEntryId(miss.getNeighbour().getEntryId())
              .setSimilarity(miss.getNeighbour().getSimilarity())
              .setText("8");
      var unused =
          one.stub().reportOutcome(ReportOutcomeRequest.newBuilder().setFreshAnswer(fresh).build());
      Awaitility.await()
          .until(() -> one.stats().getVectors() == 1 && other.stats().getVectors() == 1);
      assertThat(hits(other, exact("acme", "How can I cook an egg?"))).isTrue();
    }
  }

  @Test
  void rating_reportedToTheOther_teachesBoth() {
    String id = a.store(storing("acme", "How do I boil an egg?", 1, 0, 0)).getEntryId();
    assertThat(hits(a, semantic("acme", "How can I boil an egg?", 1, 0.1f, 0))).isTrue();
    Rating.Builder rating =
        Rating.newBuilder()
            .setScope(scope("acme"))
            .setEntryId(id)
            .setRequestId("request-1")
            .setFingerprint(TestEntries.digest("How can I boil an egg?"));
    var unused =
        b.stub().reportOutcome(ReportOutcomeRequest.newBuilder().setRating(rating).build());
    Awaitility.await()
        .until(() -> a.stats().getWrongLabels() == 1 && b.stats().getWrongLabels() == 1);
    Awaitility.await().until(() -> !hits(a, exact("acme", "How do I boil an egg?")));
  }

  private static void rateWrong(CacheFixture cache, String entryId) {
    Rating.Builder rating =
        Rating.newBuilder()
            .setScope(scope("acme"))
            .setEntryId(entryId)
            .setRequestId("request-1")
            .setFingerprint(TestEntries.digest("How can I boil an egg?"));
    var unused =
        cache.stub().reportOutcome(ReportOutcomeRequest.newBuilder().setRating(rating).build());
  }

  /** Both have served the same near answer. */
  private String servedByBoth() {
    String id = a.store(storing("acme", "How do I boil an egg?", 1, 0, 0)).getEntryId();
    LookupRequest.Builder near = semantic("acme", "How can I boil an egg?", 1, 0.1f, 0);
    assertThat(hits(a, near)).isTrue();
    Awaitility.await().until(() -> hits(b, near));
    return id;
  }

  @Test
  void rating_countsOnce_whenItIsSaidToBoth() {
    String id = servedByBoth();
    rateWrong(a, id);
    Awaitility.await()
        .until(() -> a.stats().getWrongLabels() == 1 && b.stats().getWrongLabels() == 1);
    Awaitility.await().until(() -> !hits(b, exact("acme", "How do I boil an egg?")));
    a.store(storing("acme", "How do I boil an egg?", 1, 0, 0));
    Awaitility.await().until(() -> hits(b, exact("acme", "How do I boil an egg?")));
    rateWrong(b, id);
    assertThat(b.stats().getWrongLabels()).isEqualTo(1);
    assertThat(hits(b, exact("acme", "How do I boil an egg?"))).as("the new answer").isTrue();
    b.store(storing("acme", "told afterwards", 0, 1, 0));
    Awaitility.await().until(() -> a.stats().getVectors() == 2);
    assertThat(a.stats().getWrongLabels()).isEqualTo(1);
  }

  @Test
  void rating_isOneLabel_whenSeveralHaveServedTheAnswer() {
    try (CacheFixture c = replica("threshold")) {
      awaitConnected(c);
      String id = servedByBoth();
      Awaitility.await().until(() -> c.stats().getVectors() == 1);
      rateWrong(c, id);
      Awaitility.await().until(() -> c.stats().getWrongLabels() >= 1);
      c.store(storing("acme", "told afterwards", 0, 1, 0));
      Awaitility.await().until(() -> a.stats().getVectors() == 1 && b.stats().getVectors() == 1);
      a.store(storing("acme", "told by a", 0, 1, 1));
      b.store(storing("acme", "told by b", 0, 1, 2));
      Awaitility.await().until(() -> c.stats().getVectors() == 3);
      assertThat(c.stats().getWrongLabels()).isEqualTo(1);
    }
  }

  @Test
  void freshAnswer_reportedToTheOther_teachesBoth() {
    a.store(storing("acme", "How do I boil an egg?", 1, 0, 0));
    CacheMiss miss = a.miss(semantic("acme", "How can I cook an egg?", 1, 0.6f, 0));
    FreshAnswer.Builder fresh =
        FreshAnswer.newBuilder()
            .setScope(scope("acme"))
            .setEntryId(miss.getNeighbour().getEntryId())
            .setSimilarity(miss.getNeighbour().getSimilarity())
            .setText("another answer");
    var unused =
        b.stub().reportOutcome(ReportOutcomeRequest.newBuilder().setFreshAnswer(fresh).build());
    Awaitility.await()
        .until(() -> a.stats().getWrongLabels() == 1 && b.stats().getWrongLabels() == 1);
  }
}
