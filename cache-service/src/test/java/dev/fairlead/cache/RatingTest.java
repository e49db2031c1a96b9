package dev.fairlead.cache;

import static dev.fairlead.cache.CacheFixture.exact;
import static dev.fairlead.cache.CacheFixture.scope;
import static dev.fairlead.cache.CacheFixture.semantic;
import static dev.fairlead.cache.CacheFixture.storing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.FlushRequest;
import dev.fairlead.v1.Rating;
import dev.fairlead.v1.ReportOutcomeRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ratings of answers that the cache gave. */
class RatingTest {

  private static final String STORED = "How do I boil an egg?";
  private static final String NEAR = "How can I boil an egg?";

  private final CacheFixture cache =
      CacheFixture.start("cache: { policy: threshold, similarity: 0.9, ttl_jitter: 0 }");

  @AfterEach
  void stop() {
    cache.close();
  }

  private String stored() {
    return cache.store(storing("acme", STORED, 1, 0, 0)).getEntryId();
  }

  private void servedNear() {
    assertThat(cache.lookup(semantic("acme", NEAR, 1, 0.1f, 0)).getHit().getKind())
        .isEqualTo(CacheHit.Kind.KIND_SEMANTIC);
  }

  private void wrong(String entryId, String requestId, String text) {
    Rating.Builder rating =
        Rating.newBuilder()
            .setScope(scope("acme"))
            .setEntryId(entryId)
            .setRequestId(requestId)
            .setFingerprint(TestEntries.digest(text));
    var unused =
        cache.stub().reportOutcome(ReportOutcomeRequest.newBuilder().setRating(rating).build());
  }

  @Test
  void wrong_isALabel_ofTheNearServeThatWasRated() {
    String id = stored();
    servedNear();
    wrong(id, "request-1", NEAR);
    assertThat(cache.stats().getWrongLabels()).isEqualTo(1);
    assertThat(cache.lookup(exact("acme", STORED)).hasMiss()).isTrue();
  }

  @Test
  void wrong_isALabel_whenTheEntryIsGoneMeanwhile() {
    String id = stored();
    servedNear();
    assertThat(cache.flush(FlushRequest.newBuilder().setTenant("acme"))).isEqualTo(1);
    wrong(id, "request-1", STORED);
    assertThat(cache.stats().getLabels()).as("nothing is known of an exact hit").isZero();
    wrong(id, "request-1", NEAR);
    assertThat(cache.stats().getWrongLabels()).isEqualTo(1);
  }

  @Test
  void wrong_isNoLabelOfAnotherRequest_whenAnExactHitWasRated() {
    String id = stored();
    servedNear();
    wrong(id, "request-2", STORED);
    assertThat(cache.stats().getLabels()).isZero();
    assertThat(cache.lookup(exact("acme", STORED)).hasMiss()).isTrue();
  }

  @Test
  void wrong_isUsedOnce_howeverOftenItIsSaid() {
    String id = stored();
    servedNear();
    wrong(id, "request-1", NEAR);
    stored();
    servedNear();
    wrong(id, "request-1", NEAR);
    assertThat(cache.stats().getWrongLabels()).isEqualTo(1);
    assertThat(cache.lookup(exact("acme", STORED)).hasHit()).as("the new answer").isTrue();
    wrong(id, "request-2", NEAR);
    assertThat(cache.stats().getWrongLabels()).isEqualTo(2);
  }
}
