package dev.fairlead.cache;

import static dev.fairlead.cache.CacheFixture.exact;
import static dev.fairlead.cache.CacheFixture.seconds;
import static dev.fairlead.cache.CacheFixture.semantic;
import static dev.fairlead.cache.CacheFixture.storing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CacheMiss;
import dev.fairlead.v1.LookupRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RefreshTest {

  private final ManualClock clock = new ManualClock();
  private final CacheFixture cache =
      CacheFixture.start(
          """
          cache:
            policy: threshold
            ttl_jitter: 0
            stale_while_revalidate: 60s
            refresh_ahead: 0.2
            refresh_hits: 3
          """,
          clock);

  @AfterEach
  void stop() {
    cache.close();
  }

  private static LookupRequest.Builder refreshing() {
    return exact("acme", "hello").setAcceptRefresh(true);
  }

  private CacheHit hit() {
    return cache.lookup(refreshing()).getHit();
  }

  private void stored(double ttl) {
    assertThat(cache.store(storing("acme", "hello", 1, 0, 0).setTtl(seconds(ttl))).getStored())
        .isTrue();
  }

  @Test
  void expiredAnswer_isServedStaleToAll_andRefreshedByOne() {
    stored(10);
    clock.advance(Duration.ofSeconds(11));
    List<CacheHit> hits = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      hits.add(hit());
    }
    assertThat(hits).allMatch(hit -> hit.getKind() == CacheHit.Kind.KIND_STALE);
    assertThat(hits).filteredOn(CacheHit::hasRefresh).hasSize(1);
    cache.store(
        storing("acme", "hello")
            .setLeaseId(hits.getFirst().getRefresh().getId())
            .setTtl(seconds(10)));
    CacheHit fresh = hit();
    assertThat(fresh.getKind()).isEqualTo(CacheHit.Kind.KIND_EXACT);
    assertThat(fresh.hasRefresh()).isFalse();
    assertThat(cache.stats().getStaleHits()).isEqualTo(50);
    assertThat(cache.stats().getRefreshes()).isEqualTo(1);
  }

  @Test
  void staleAnswer_isRefreshedByTheNext_whenTheFirstGivesUp() {
    stored(10);
    clock.advance(Duration.ofSeconds(11));
    String first = hit().getRefresh().getId();
    assertThat(first).isNotEmpty();
    cache.abandon("acme", "hello", first);
    assertThat(hit().getRefresh().getId()).isNotEmpty().isNotEqualTo(first);
  }

  @Test
  void expiredAnswer_isAMiss_whenTheStaleTimeIsOver() {
    stored(10);
    clock.advance(Duration.ofSeconds(70));
    assertThat(cache.lookup(refreshing()).hasMiss()).isTrue();
  }

  @Test
  void expiredAnswer_isAMissWithALease_whenTheCallerCannotRefreshOrSetsAnAge() {
    stored(10);
    clock.advance(Duration.ofSeconds(11));
    CacheMiss unable = cache.miss(exact("acme", "hello"));
    assertThat(unable.getReason()).isEqualTo(CacheMiss.Reason.REASON_TOO_OLD);
    assertThat(cache.miss(refreshing().setMaxAge(seconds(3600))).getReason())
        .isEqualTo(CacheMiss.Reason.REASON_TOO_OLD);
    assertThat(cache.miss(exact("acme", "hello").setAcquireLease(true)).hasLease()).isTrue();
  }

  @Test
  void expiredAnswer_isNeverServedToANearRequest() {
    stored(10);
    clock.advance(Duration.ofSeconds(9));
    LookupRequest.Builder near = semantic("acme", "hello!", 1, 0, 0).setAcceptRefresh(true);
    assertThat(cache.lookup(near).hasHit()).isTrue();
    clock.advance(Duration.ofSeconds(2));
    assertThat(cache.lookup(near).hasMiss()).isTrue();
  }

  @Test
  void hotAnswer_isRefreshedByOneBeforeItExpires() {
    stored(100);
    for (int i = 0; i < 20; i++) {
      assertThat(hit().hasRefresh()).isFalse();
    }
    clock.advance(Duration.ofSeconds(95));
    List<CacheHit> hits = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      hits.add(hit());
    }
    assertThat(hits).allMatch(hit -> hit.getKind() == CacheHit.Kind.KIND_EXACT);
    assertThat(hits.subList(0, 2)).noneMatch(CacheHit::hasRefresh);
    assertThat(hits.get(2).hasRefresh()).isTrue();
    assertThat(hits).filteredOn(CacheHit::hasRefresh).hasSize(1);
    cache.store(
        storing("acme", "hello").setLeaseId(hits.get(2).getRefresh().getId()).setTtl(seconds(100)));
    clock.advance(Duration.ofSeconds(6));
    for (int i = 0; i < 5; i++) {
      assertThat(hit().getKind()).isEqualTo(CacheHit.Kind.KIND_EXACT);
      assertThat(hit().hasRefresh()).isFalse();
    }
  }

  @Test
  void refreshTimes_areSpread_whenAnswersAreStoredTogether() {
    int answers = 40;
    for (int i = 0; i < answers; i++) {
      cache.store(storing("acme", "question " + i).setTtl(seconds(100)));
    }
    clock.advance(Duration.ofSeconds(85));
    int due = 0;
    for (int i = 0; i < answers; i++) {
      for (int hits = 0; hits < 3; hits++) {
        CacheHit hit = cache.lookup(exact("acme", "question " + i).setAcceptRefresh(true)).getHit();
        due += hit.hasRefresh() ? 1 : 0;
      }
    }
    assertThat(due).isBetween(8, 32);
  }
}
