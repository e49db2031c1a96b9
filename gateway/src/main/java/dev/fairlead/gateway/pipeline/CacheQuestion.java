package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.cache.CacheKey;
import dev.fairlead.gateway.dialect.CacheControl;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.LookupRequest;
import org.jspecify.annotations.Nullable;

/** What the cache is asked about a request: the same in earnest and in a dry run. */
final class CacheQuestion {

  private CacheQuestion() {}

  /**
   * A lookup without a lease.
   *
   * @param known what the scorer said of the last user text; null when it was not asked
   */
  static LookupRequest.Builder of(
      InferenceRequest request, CacheKey key, @Nullable AnalyzeResponse known) {
    LookupRequest.Builder lookup =
        LookupRequest.newBuilder()
            .setScope(key.scope())
            .setFingerprint(key.fingerprint())
            .setText(request.facts().lastUserText())
            .setSemanticEligible(request.facts().semanticEligible())
            .setAcceptRefresh(mayStore(request));
    if (known != null && usableEmbedding(request, known)) {
      lookup
          .addAllEmbedding(known.getEmbeddingList())
          .setModelFingerprint(known.getModelFingerprint());
    }
    CacheControl control = request.controls().cacheControl();
    if (control != null && control.maxAge() != null) {
      lookup.setMaxAge(
          com.google.protobuf.Duration.newBuilder().setSeconds(control.maxAge().getSeconds()));
    }
    if (control != null && control.leastSimilarity() != null) {
      lookup.setLeastSimilarity(control.leastSimilarity());
    }
    return lookup;
  }

  /** Whether the request's answer may be kept. */
  static boolean mayStore(InferenceRequest request) {
    CacheControl control = request.controls().cacheControl();
    return request.facts().keepable() && (control == null || !control.noStore());
  }

  /** Whether near requests can be looked for by what the scorer said. */
  static boolean usableEmbedding(InferenceRequest request, AnalyzeResponse known) {
    return request.facts().semanticEligible()
        && !known.getTruncated()
        && known.getEmbeddingCount() > 0;
  }
}
