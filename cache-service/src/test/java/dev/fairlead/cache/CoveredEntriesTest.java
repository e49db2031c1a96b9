package dev.fairlead.cache;

import static dev.fairlead.cache.CacheFixture.exact;
import static dev.fairlead.cache.CacheFixture.scope;
import static dev.fairlead.cache.CacheFixture.semantic;
import static dev.fairlead.cache.CacheFixture.storing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.v1.CacheMiss;
import dev.fairlead.v1.FreshAnswer;
import dev.fairlead.v1.ReportOutcomeRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which entries are found by vector once their nearest neighbour was compared with them. */
class CoveredEntriesTest {

  private static final String KNOWN = "How do I boil an egg?";
  private static final String NEAR = "How can I cook an egg?";

  private static CacheFixture cache(String policy) {
    return CacheFixture.start("cache: { policy: " + policy + " }");
  }

  private static void report(CacheFixture cache, CacheMiss miss, String fresh) {
    FreshAnswer.Builder answer =
        FreshAnswer.newBuilder()
            .setScope(scope("acme"))
            .setEntryId(miss.getNeighbour().getEntryId())
            .setSimilarity(miss.getNeighbour().getSimilarity())
            .setText(fresh);
    var unused =
        cache
            .stub()
            .reportOutcome(ReportOutcomeRequest.newBuilder().setFreshAnswer(answer).build());
    await().until(() -> cache.stats().getLabels() == 1);
  }

  @ParameterizedTest
  @CsvSource({"vcache,eight minutes,1", "vcache,in a pan,2", "error_bound,eight minutes,2"})
  void entry_isFoundByVector_unlessItsNeighbourWasRightAndThePolicySays(
      String policy, String fresh, int vectors) {
    try (CacheFixture cache = cache(policy)) {
      cache.store(storing("acme", KNOWN, 1, 0, 0).setAnswer(TestEntries.answer("eight minutes")));
      CacheMiss miss = cache.miss(semantic("acme", NEAR, 1, 0.6f, 0));
      report(cache, miss, fresh);
      cache.store(storing("acme", NEAR, 1, 0.6f, 0).setAnswer(TestEntries.answer(fresh)));
      assertThat(cache.stats().getVectors()).isEqualTo(vectors);
      assertThat(cache.lookup(exact("acme", NEAR)).getHit().getAnswer().getText()).isEqualTo(fresh);
    }
  }

  @Test
  void entry_losesItsVector_whenTheComparisonComesLate() {
    try (CacheFixture cache = cache("vcache")) {
      cache.store(storing("acme", KNOWN, 1, 0, 0).setAnswer(TestEntries.answer("eight minutes")));
      CacheMiss miss = cache.miss(semantic("acme", NEAR, 1, 0.6f, 0));
      cache.store(storing("acme", NEAR, 1, 0.6f, 0).setAnswer(TestEntries.answer("8 minutes")));
      assertThat(cache.stats().getVectors()).isEqualTo(2);
      report(cache, miss, "Eight minutes.");
      await().until(() -> cache.stats().getVectors() == 1);
      assertThat(cache.lookup(exact("acme", NEAR)).hasHit()).isTrue();
    }
  }
}
