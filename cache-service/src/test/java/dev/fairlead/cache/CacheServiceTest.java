package dev.fairlead.cache;

import static dev.fairlead.cache.CacheFixture.exact;
import static dev.fairlead.cache.CacheFixture.scope;
import static dev.fairlead.cache.CacheFixture.seconds;
import static dev.fairlead.cache.CacheFixture.semantic;
import static dev.fairlead.cache.CacheFixture.storing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CacheMiss;
import dev.fairlead.v1.CacheScope;
import dev.fairlead.v1.FinishReason;
import dev.fairlead.v1.FlushRequest;
import dev.fairlead.v1.FreshAnswer;
import dev.fairlead.v1.GetStatsResponse;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.LookupResponse;
import dev.fairlead.v1.Rating;
import dev.fairlead.v1.ReportOutcomeRequest;
import dev.fairlead.v1.StoreRequest;
import dev.fairlead.v1.StoreResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CacheServiceTest {

  private final ManualClock clock = new ManualClock();
  private final CacheFixture cache =
      CacheFixture.start("cache: { policy: threshold, similarity: 0.9, ttl_jitter: 0 }", clock);

  @AfterEach
  void stop() {
    cache.close();
  }

  @Test
  void lookup_hits_whenTheIdenticalRequestWasStored() {
    StoreResponse stored = cache.store(storing("acme", "hello"));
    assertThat(stored.getStored()).isTrue();
    CacheHit hit = cache.lookup(exact("acme", "hello")).getHit();
    assertThat(hit.getKind()).isEqualTo(CacheHit.Kind.KIND_EXACT);
    assertThat(hit.getEntryId()).isEqualTo(stored.getEntryId());
    assertThat(hit.getAnswer()).isEqualTo(TestEntries.answer("answer to hello"));
    assertThat(hit.getSimilarity()).isEqualTo(1);
    assertThat(hit.getStoredAt().getSeconds()).isEqualTo(clock.instant().getEpochSecond());
  }

  @Test
  void lookup_misses_forAnotherTenantModelOrDigest() {
    cache.store(storing("acme", "hello", CacheFixture.VECTOR));
    assertThat(cache.miss(semantic("globex", "hello", 1, 0, 0)).getReason())
        .isEqualTo(CacheMiss.Reason.REASON_NOT_FOUND);
    LookupRequest.Builder otherModel = semantic("acme", "hello", 1, 0, 0);
    otherModel.getScopeBuilder().setModel("gpt-4o");
    assertThat(cache.lookup(otherModel).hasMiss()).isTrue();
    LookupRequest.Builder otherDigest = semantic("acme", "hello", 1, 0, 0);
    otherDigest.getScopeBuilder().setDigest(TestEntries.digest("other"));
    assertThat(cache.lookup(otherDigest).hasMiss()).isTrue();
  }

  @Test
  void lookup_misses_whenTheTextDiffersUnderTheSameFingerprint() {
    cache.store(storing("acme", "hello"));
    assertThat(cache.lookup(exact("acme", "hello").setText("a forged collision")).hasMiss())
        .isTrue();
  }

  @Test
  void lookup_misses_whenTheEntryHasExpired() {
    cache.store(storing("acme", "hello", 1, 0, 0).setTtl(seconds(10)));
    clock.advance(Duration.ofSeconds(9));
    assertThat(cache.lookup(exact("acme", "hello")).hasHit()).isTrue();
    clock.advance(Duration.ofSeconds(1));
    assertThat(cache.lookup(exact("acme", "hello")).hasMiss()).isTrue();
    assertThat(cache.lookup(semantic("acme", "hello there", 1, 0, 0)).hasMiss()).isTrue();
  }

  @Test
  void lookup_isTooOld_whenTheEntryIsOlderThanAsked() {
    cache.store(storing("acme", "hello", 1, 0, 0));
    clock.advance(Duration.ofSeconds(60));
    assertThat(cache.miss(exact("acme", "hello").setMaxAge(seconds(59))).getReason())
        .isEqualTo(CacheMiss.Reason.REASON_TOO_OLD);
    assertThat(
            cache.lookup(semantic("acme", "hello there", 1, 0, 0).setMaxAge(seconds(59))).hasMiss())
        .isTrue();
    assertThat(cache.lookup(exact("acme", "hello").setMaxAge(seconds(60))).hasHit()).isTrue();
    CacheMiss refresh =
        cache.miss(exact("acme", "hello").setMaxAge(seconds(59)).setAcquireLease(true));
    assertThat(refresh.hasLease()).isTrue();
  }

  @Test
  void lookup_hitsSemantically_whenNearEnoughAndNotVetoed() {
    StoreResponse stored = cache.store(storing("acme", "How do I boil an egg?", 1, 0, 0));
    CacheHit hit = cache.lookup(semantic("acme", "How can I boil an egg?", 1, 0.1f, 0)).getHit();
    assertThat(hit.getKind()).isEqualTo(CacheHit.Kind.KIND_SEMANTIC);
    assertThat(hit.getEntryId()).isEqualTo(stored.getEntryId());
    assertThat(hit.getSimilarity()).isBetween(0.99, 0.999);
  }

  @Test
  void lookup_isNotConfident_whenNearButBelowTheThreshold() {
    StoreResponse stored = cache.store(storing("acme", "How do I boil an egg?", 1, 0, 0));
    CacheMiss miss = cache.miss(semantic("acme", "How can I cook an egg?", 1, 0.6f, 0));
    assertThat(miss.getReason()).isEqualTo(CacheMiss.Reason.REASON_NOT_CONFIDENT);
    assertThat(miss.getNeighbour().getEntryId()).isEqualTo(stored.getEntryId());
    assertThat(miss.getNeighbour().getSimilarity()).isBetween(0.8, 0.9);
  }

  @Test
  void lookup_isVetoed_whenANumberDiffers_andTriesTheNextNeighbour() {
    cache.store(storing("acme", "Name 3 rivers", 1, 0, 0));
    CacheMiss miss = cache.miss(semantic("acme", "Name 4 rivers", 1, 0, 0));
    assertThat(miss.getReason()).isEqualTo(CacheMiss.Reason.REASON_VETOED);
    assertThat(miss.hasNeighbour()).isFalse();
    cache.store(storing("acme", "Name four rivers!", 1, 0.2f, 0));
    assertThat(cache.lookup(semantic("acme", "Name 4 rivers", 1, 0, 0)).getHit().getKind())
        .isEqualTo(CacheHit.Kind.KIND_SEMANTIC);
    assertThat(cache.stats().getVetoesMap()).containsEntry("number", 2L);
  }

  @Test
  void lookup_misses_whenTheEncoderDiffers() {
    cache.store(storing("acme", "How do I boil an egg?", 1, 0, 0));
    LookupRequest.Builder other =
        semantic("acme", "How can I boil an egg?", 1, 0, 0).setModelFingerprint("encoder-2");
    assertThat(cache.lookup(other).hasMiss()).isTrue();
  }

  @Test
  void lookup_staysExact_whenTheRequestIsNotEligible() {
    cache.store(storing("acme", "How do I boil an egg?", 1, 0, 0));
    CacheMiss miss =
        cache.miss(semantic("acme", "How can I boil an egg?", 1, 0, 0).setSemanticEligible(false));
    assertThat(miss.getReason()).isEqualTo(CacheMiss.Reason.REASON_NOT_FOUND);
    assertThat(miss.getSemanticPossible()).isFalse();
  }

  @Test
  void semanticPossible_isTold_whenAnEmbeddingWouldBeOfUse() {
    assertThat(cache.miss(exact("acme", "hello")).getSemanticPossible()).isTrue();
    assertThat(cache.miss(exact("acme", "hello").setSemanticEligible(false)).getSemanticPossible())
        .isFalse();
    assertThat(cache.miss(semantic("acme", "hello", 1, 0, 0)).getSemanticPossible()).isFalse();
    try (CacheFixture exactOnly = CacheFixture.start("cache: { semantic: false }")) {
      assertThat(exactOnly.miss(exact("acme", "hello")).getSemanticPossible()).isFalse();
      exactOnly.store(storing("acme", "How do I boil an egg?", 1, 0, 0));
      assertThat(exactOnly.lookup(semantic("acme", "How can I boil an egg?", 1, 0, 0)).hasMiss())
          .isTrue();
      assertThat(exactOnly.stats().getSemanticPolicy()).isEqualTo("off");
      assertThat(exactOnly.stats().getVectors()).isZero();
    }
  }

  @Test
  void nothing_isKept_whenDisabled() {
    try (CacheFixture off = CacheFixture.start("cache: { enabled: false }")) {
      assertThat(off.store(storing("acme", "hello")).getReason()).isEqualTo("disabled");
      assertThat(off.lookup(exact("acme", "hello")).hasMiss()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("uncleanFinishes")
  void store_refuses_whenTheAnswerDidNotEndCleanly(FinishReason reason) {
    StoreRequest.Builder request = storing("acme", "hello");
    request.getAnswerBuilder().setFinishReason(reason);
    StoreResponse response = cache.store(request);
    assertThat(response.getStored()).isFalse();
    assertThat(response.getReason()).isEqualTo("unclean_finish");
    assertThat(cache.lookup(exact("acme", "hello")).hasMiss()).isTrue();
  }

  static Stream<FinishReason> uncleanFinishes() {
    return Stream.of(
        FinishReason.FINISH_REASON_LENGTH,
        FinishReason.FINISH_REASON_CONTENT_FILTER,
        FinishReason.FINISH_REASON_REFUSAL,
        FinishReason.FINISH_REASON_TOOL_CALLS);
  }

  @Test
  void store_refuses_whenTheAnswerIsTooLarge() {
    try (CacheFixture small = CacheFixture.start("cache: { max_entry_bytes: 1024 }")) {
      StoreRequest.Builder request =
          storing("acme", "hello").setAnswer(TestEntries.answer("x".repeat(2000)));
      assertThat(small.store(request).getReason()).isEqualTo("too_large");
    }
  }

  @Test
  void store_isIdempotent() {
    StoreResponse first = cache.store(storing("acme", "hello", 1, 0, 0));
    StoreResponse second = cache.store(storing("acme", "hello", 1, 0, 0));
    assertThat(second.getEntryId()).isEqualTo(first.getEntryId());
    assertThat(cache.stats().getEntries()).isEqualTo(1);
    assertThat(cache.stats().getVectors()).isEqualTo(1);
  }

  @Test
  void flush_forgetsWhatMatches() {
    cache.store(storing("acme", "one", 1, 0, 0).addTags("red"));
    cache.store(storing("acme", "two", 0, 1, 0));
    cache.store(storing("globex", "one", 1, 0, 0));
    clock.advance(Duration.ofSeconds(10));
    assertThat(cache.flush(FlushRequest.newBuilder().setTenant("acme").setTag("red"))).isEqualTo(1);
    assertThat(cache.lookup(exact("acme", "one")).hasMiss()).isTrue();
    assertThat(cache.flush(FlushRequest.newBuilder().setOlderThan(seconds(11)))).isZero();
    assertThat(cache.flush(FlushRequest.newBuilder().setOlderThan(seconds(10)).setTenant("globex")))
        .isEqualTo(1);
    assertThat(cache.flush(FlushRequest.newBuilder())).isEqualTo(1);
    GetStatsResponse stats = cache.stats();
    assertThat(stats.getEntries()).isZero();
    assertThat(stats.getVectors()).isZero();
  }

  @Test
  void nearEntry_isServed_onlyFromTheSimilarityThatTheRequestAsksFor() {
    cache.store(storing("acme", "How do I boil an egg?", 1, 0, 0));
    LookupRequest.Builder near = semantic("acme", "How can I boil an egg?", 1, 0.3f, 0);
    double similarity = cache.lookup(near).getHit().getSimilarity();
    assertThat(similarity).isBetween(0.9, 0.99);
    assertThat(cache.lookup(near.setLeastSimilarity(similarity - 0.01)).hasHit()).isTrue();
    CacheMiss miss = cache.miss(near.setLeastSimilarity(0.99));
    assertThat(miss.getReason()).isEqualTo(CacheMiss.Reason.REASON_NOT_CONFIDENT);
    assertThat(cache.lookup(exact("acme", "How do I boil an egg?").setLeastSimilarity(1)).hasHit())
        .isTrue();
  }

  @Test
  void freshAnswer_becomesOneLabel_howeverOftenItIsReported() {
    cache.store(storing("acme", "How do I boil an egg?", 1, 0, 0));
    CacheMiss miss = cache.miss(semantic("acme", "How can I cook an egg?", 1, 0.6f, 0));
    FreshAnswer.Builder fresh =
        FreshAnswer.newBuilder()
            .setScope(scope("acme"))
            .setEntryId(miss.getNeighbour().getEntryId())
            .setSimilarity(miss.getNeighbour().getSimilarity())
            .setText("something else");
    for (int i = 0; i < 3; i++) {
      var unused =
          cache
              .stub()
              .reportOutcome(ReportOutcomeRequest.newBuilder().setFreshAnswer(fresh).build());
    }
    assertThat(cache.stats().getLabels()).isEqualTo(1);
    assertThat(cache.stats().getWrongLabels()).isEqualTo(1);
  }

  @Test
  void rating_removesTheEntry_whenItWasWrong_andOnlyInItsScope() {
    String id = cache.store(storing("acme", "hello")).getEntryId();
    rate("globex", id, false);
    rate("acme", id, true);
    assertThat(cache.lookup(exact("acme", "hello")).hasHit()).isTrue();
    rate("acme", id, false);
    assertThat(cache.lookup(exact("acme", "hello")).hasMiss()).isTrue();
  }

  private void rate(String tenant, String id, boolean correct) {
    Rating.Builder rating =
        Rating.newBuilder().setScope(scope(tenant)).setEntryId(id).setCorrect(correct);
    var unused =
        cache.stub().reportOutcome(ReportOutcomeRequest.newBuilder().setRating(rating).build());
  }

  @Test
  void stats_countARequestOnce_whenItIsLookedUpTwice() {
    cache.lookup(exact("acme", "hello"));
    cache.lookup(semantic("acme", "hello", 1, 0, 0).setAcquireLease(true));
    cache.store(storing("acme", "hello", 1, 0, 0));
    cache.lookup(exact("acme", "hello"));
    GetStatsResponse stats = cache.stats();
    assertThat(stats.getLookups()).isEqualTo(2);
    assertThat(stats.getMisses()).isEqualTo(1);
    assertThat(stats.getExactHits()).isEqualTo(1);
    assertThat(stats.getStores()).isEqualTo(1);
    assertThat(stats.getStore()).isEqualTo("memory");
    assertThat(stats.getStoreAvailable()).isTrue();
    assertThat(stats.getSemanticPolicy()).isEqualTo("threshold");
    assertThat(stats.getOperatingSimilarity()).isEqualTo(0.9);
    assertThat(cache.meters.get("llm.router.cache.store.writes").functionCounter().count())
        .isEqualTo(1);
    assertThat(cache.meters.get("llm.router.cache.vectors").gauge().value()).isEqualTo(1);
  }

  @Test
  void errorBound_servesNothingAtFirst_andLearnsToServe() {
    String yaml = "cache: { policy: error_bound, max_error_rate: 0.05, ttl_jitter: 0, ttl: 1d }";
    try (CacheFixture learning = CacheFixture.start(yaml)) {
      learning.store(
          storing("acme", "How do I boil an egg?", 1, 0, 0)
              .setAnswer(TestEntries.answer("Eight minutes.")));
      LookupRequest.Builder near = semantic("acme", "How can I boil an egg?", 1, 0.1f, 0);
      for (int i = 0; i < 400 && learning.lookup(near).hasMiss(); i++) {
        CacheMiss miss = learning.miss(near);
        assertThat(miss.getReason()).isEqualTo(CacheMiss.Reason.REASON_NOT_CONFIDENT);
        FreshAnswer fresh =
            FreshAnswer.newBuilder()
                .setScope(scope("acme"))
                .setEntryId(miss.getNeighbour().getEntryId())
                .setSimilarity(miss.getNeighbour().getSimilarity())
                .setText("eight minutes")
                .build();
        var unused =
            learning
                .stub()
                .reportOutcome(ReportOutcomeRequest.newBuilder().setFreshAnswer(fresh).build());
      }
      assertThat(learning.lookup(near).getHit().getKind()).isEqualTo(CacheHit.Kind.KIND_SEMANTIC);
      assertThat(learning.stats().getLabels()).isBetween(150L, 400L);
      assertThat(learning.stats().hasOperatingSimilarity()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("badLookups")
  void lookup_isInvalid_namingTheField(String field, UnaryOperator<LookupRequest.Builder> spoil) {
    cache.store(storing("acme", "known", 1, 0, 0));
    assertThatThrownBy(() -> cache.lookup(spoil.apply(semantic("acme", "hello", 1, 0, 0))))
        .asInstanceOf(InstanceOfAssertFactories.type(StatusRuntimeException.class))
        .satisfies(error -> {
          assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
          assertThat(error.getStatus().getDescription())
              .startsWith(field + ": ")
              .contains("expected");
        });
  }

  static Stream<Arguments> badLookups() {
    return Stream.of(
        bad("scope.tenant", request -> request.setScope(CacheScope.getDefaultInstance())),
        bad(
            "scope.model",
            request -> request.setScope(request.getScope().toBuilder().clearModel())),
        bad(
            "scope.digest",
            request ->
                request.setScope(request.getScope().toBuilder().setDigest(ByteString.EMPTY))),
        bad("fingerprint", request -> request.setFingerprint(ByteString.copyFromUtf8("short"))),
        bad("model_fingerprint", LookupRequest.Builder::clearModelFingerprint),
        bad("text", LookupRequest.Builder::clearText),
        bad("embedding", request -> request.addEmbedding(1)),
        bad("embedding", request -> request.setEmbedding(0, Float.NaN)),
        bad("embedding", request -> request.setEmbedding(0, 0)),
        bad(
            "max_age",
            request -> request.setMaxAge(com.google.protobuf.Duration.newBuilder().setSeconds(-1))),
        bad(
            "wait_for_leader",
            request ->
                request.setWaitForLeader(com.google.protobuf.Duration.newBuilder().setNanos(-1))));
  }

  private static Arguments bad(String field, UnaryOperator<LookupRequest.Builder> spoil) {
    return Arguments.of(field, spoil);
  }

  @Test
  void store_isInvalid_whenIncomplete() {
    assertInvalid(storing("acme", "x").clearAnswer(), "answer");
    assertInvalid(storing("acme", "x").setTtl(seconds(0)), "ttl");
    StoreRequest.Builder tags = storing("acme", "x");
    for (int i = 0; i < 17; i++) {
      tags.addTags("tag " + i);
    }
    assertInvalid(tags, "tags");
  }

  private void assertInvalid(StoreRequest.Builder request, String field) {
    assertThatThrownBy(() -> cache.store(request))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageStartingWith("INVALID_ARGUMENT: " + field + ":");
  }

  @Test
  void absurdDurations_areCut_notFatal() {
    assertThat(cache.store(storing("acme", "x").setTtl(seconds(1e9))).getStored()).isTrue();
    LookupRequest.Builder lookup = exact("acme", "x");
    lookup.getMaxAgeBuilder().setSeconds(Long.MAX_VALUE);
    LookupResponse response = cache.lookup(lookup);
    assertThat(response.hasHit()).isTrue();
  }
}
