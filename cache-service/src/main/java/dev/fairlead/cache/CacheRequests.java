package dev.fairlead.cache;

import com.google.protobuf.ByteString;
import dev.fairlead.cache.index.VectorStore;
import dev.fairlead.cache.store.Embedding;
import dev.fairlead.cache.store.EntryKey;
import dev.fairlead.cache.store.ScopeKey;
import dev.fairlead.common.failure.Failure.InvalidRequest;
import dev.fairlead.v1.CacheScope;
import dev.fairlead.v1.CachedAnswer;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.Rating;
import dev.fairlead.v1.StoreRequest;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks what callers send; a failed check says which field, its value and what was expected. */
final class CacheRequests {

  private static final int DIGEST_BYTES = 32;
  private static final int MAX_NAME_CHARS = 1024;
  private static final int MAX_LEASE_CHARS = 128;
  private static final int MAX_TAGS = 16;
  private static final int MAX_TAG_CHARS = 256;
  private static final int NANOS_PER_SECOND = 1_000_000_000;
  private static final long CENTURY_SECONDS = 100L * 365 * 24 * 3600;

  private final VectorStore vectors;

  CacheRequests(VectorStore vectors) {
    this.vectors = vectors;
  }

  LookupQuery lookup(LookupRequest request) {
    ScopeKey scope = scope(request.getScope());
    EntryKey key = key(scope, request.getFingerprint());
    @Nullable Embedding embedding =
        embedding(scope, request.getEmbeddingList(), request.getModelFingerprint());
    require(
        embedding == null || !request.getText().isEmpty(),
        "text",
        "empty",
        "the text that was embedded");
    require(
        request.getLeaseId().length() <= MAX_LEASE_CHARS,
        "lease_id",
        request.getLeaseId().length() + " characters",
        "up to " + MAX_LEASE_CHARS);
    return new LookupQuery(
        key,
        request.getText(),
        embedding,
        request.getModelFingerprint(),
        request.getSemanticEligible(),
        request.hasMaxAge() ? notNegative("max_age", request.getMaxAge()) : null,
        request.getAcquireLease() && !request.getDryRun(),
        notNegative("wait_for_leader", request.getWaitForLeader()),
        leastSimilarity(request),
        request.getAcceptRefresh(),
        request.getLeaseId(),
        request.hasWaitForLeader(),
        request.getDryRun());
  }

  private static double leastSimilarity(LookupRequest request) {
    double least = request.getLeastSimilarity();
    require(least >= 0 && least <= 1, "least_similarity", least, "0 to 1");
    return least;
  }

  /** Checks an answer to keep; the TTL it asks for, or null for the configured one. */
  @Nullable Duration store(StoreRequest request) {
    ScopeKey scope = scope(request.getScope());
    key(scope, request.getFingerprint());
    @Nullable Embedding embedding =
        embedding(scope, request.getEmbeddingList(), request.getModelFingerprint());
    require(
        embedding == null || !request.getText().isEmpty(),
        "text",
        "empty",
        "the text that was embedded");
    require(
        request.getAnswer().getFormCase() != CachedAnswer.FormCase.FORM_NOT_SET,
        "answer",
        "without a form",
        "an answer");
    require(
        request.getTagsCount() <= MAX_TAGS,
        "tags",
        request.getTagsCount() + " of them",
        "up to " + MAX_TAGS);
    request.getTagsList().forEach(tag -> name("tags", tag, MAX_TAG_CHARS));
    if (!request.hasTtl()) {
      return null;
    }
    Duration ttl = notNegative("ttl", request.getTtl());
    require(ttl.isPositive(), "ttl", ttl, "more than 0");
    return ttl;
  }

  /** Checks a rating; the scope of its entry. */
  ScopeKey rated(Rating rating) {
    ScopeKey scope = scope(rating.getScope());
    require(
        rating.getRequestId().length() <= MAX_NAME_CHARS,
        "rating.request_id",
        rating.getRequestId().length() + " characters",
        "up to " + MAX_NAME_CHARS);
    if (!rating.getFingerprint().isEmpty()) {
      digest("rating.fingerprint", rating.getFingerprint());
    }
    return scope;
  }

  EntryKey key(CacheScope scope, ByteString fingerprint) {
    return key(scope(scope), fingerprint);
  }

  ScopeKey scope(CacheScope scope) {
    name("scope.tenant", scope.getTenant(), MAX_NAME_CHARS);
    name("scope.model", scope.getModel(), MAX_NAME_CHARS);
    digest("scope.digest", scope.getDigest());
    return new ScopeKey(scope.getTenant(), scope.getModel(), scope.getDigest());
  }

  /**
   * A duration of 0 or more; an absurdly long one is cut to a century, so that adding it to a time
   * cannot overflow.
   */
  static Duration notNegative(String field, com.google.protobuf.Duration value) {
    boolean valid =
        value.getSeconds() >= 0 && value.getNanos() >= 0 && value.getNanos() < NANOS_PER_SECOND;
    require(valid, field, value.getSeconds() + " s " + value.getNanos() + " ns", "0 or more");
    return Duration.ofSeconds(Math.min(value.getSeconds(), CENTURY_SECONDS), value.getNanos());
  }

  private static EntryKey key(ScopeKey scope, ByteString fingerprint) {
    digest("fingerprint", fingerprint);
    return EntryKey.of(scope, fingerprint);
  }

  private @Nullable Embedding embedding(ScopeKey scope, List<Float> values, String encoder) {
    if (values.isEmpty()) {
      return null;
    }
    name("model_fingerprint", encoder, MAX_NAME_CHARS);
    float[] raw = new float[values.size()];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = values.get(i);
    }
    int dimension = vectors.dimension(scope, encoder);
    require(
        dimension == 0 || dimension == raw.length, "embedding", raw.length + " numbers", dimension);
    try {
      return Embedding.of(raw);
    } catch (IllegalArgumentException e) {
      throw InvalidRequest.of("embedding", "embedding: " + e.getMessage()).asException();
    }
  }

  private static void name(String field, String value, int maxChars) {
    require(!value.isEmpty(), field, "empty", "a value");
    require(value.length() <= maxChars, field, value.length() + " characters", "up to " + maxChars);
  }

  private static void digest(String field, ByteString value) {
    require(value.size() == DIGEST_BYTES, field, value.size() + " bytes", DIGEST_BYTES);
  }

  static void require(boolean holds, String field, Object value, Object expected) {
    if (!holds) {
      throw InvalidRequest.of(field, field + ": " + value + " (expected: " + expected + ")")
          .asException();
    }
  }
}
