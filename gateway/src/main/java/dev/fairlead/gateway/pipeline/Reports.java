package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.cache.CacheKey;
import dev.fairlead.v1.CacheNeighbour;
import dev.fairlead.v1.FreshAnswer;
import dev.fairlead.v1.LeaseAbandoned;
import dev.fairlead.v1.ReportOutcomeRequest;

/** What the cache is told after a request. */
final class Reports {

  private Reports() {}

  static ReportOutcomeRequest leaseAbandoned(CacheKey key, String leaseId) {
    LeaseAbandoned abandoned =
        LeaseAbandoned.newBuilder()
            .setScope(key.scope())
            .setFingerprint(key.fingerprint())
            .setLeaseId(leaseId)
            .build();
    return ReportOutcomeRequest.newBuilder().setLeaseAbandoned(abandoned).build();
  }

  static ReportOutcomeRequest freshAnswer(CacheKey key, CacheNeighbour neighbour, String text) {
    FreshAnswer fresh =
        FreshAnswer.newBuilder()
            .setScope(key.scope())
            .setEntryId(neighbour.getEntryId())
            .setSimilarity(neighbour.getSimilarity())
            .setText(text)
            .build();
    return ReportOutcomeRequest.newBuilder().setFreshAnswer(fresh).build();
  }
}
