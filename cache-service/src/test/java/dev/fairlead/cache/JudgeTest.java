package dev.fairlead.cache;

import static dev.fairlead.cache.CacheFixture.scope;
import static dev.fairlead.cache.CacheFixture.semantic;
import static dev.fairlead.cache.CacheFixture.storing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.fairlead.common.rpc.LocalServer;
import dev.fairlead.v1.CacheMiss;
import dev.fairlead.v1.EmbedRequest;
import dev.fairlead.v1.EmbedResponse;
import dev.fairlead.v1.Embedding;
import dev.fairlead.v1.FreshAnswer;
import dev.fairlead.v1.ReportOutcomeRequest;
import dev.fairlead.v1.ScorerServiceGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What labels come of answers, by the judge that the configuration names. */
class JudgeTest {

  private static final String KEPT = "Put the eggs into boiling water and wait. ".repeat(10);
  private static final String IN_OTHER_WORDS =
      "Lower them carefully once bubbles rise, then be patient. ".repeat(10);

  private final FakeScorer scorer = new FakeScorer();
  private final LocalServer scorerServer = LocalServer.of(List.of(scorer), List.of());

  /** Gives every text the same vector. */
  private static final class FakeScorer extends ScorerServiceGrpc.ScorerServiceImplBase {
    final AtomicInteger texts = new AtomicInteger();
    volatile boolean away;

    @Override
    public void embed(EmbedRequest request, StreamObserver<EmbedResponse> observer) {
      if (away) {
        observer.onError(Status.INTERNAL.asRuntimeException());
        return;
      }
      texts.addAndGet(request.getTextsCount());
      EmbedResponse.Builder response = EmbedResponse.newBuilder();
      request
          .getTextsList()
          .forEach(
              text -> response.addEmbeddings(Embedding.newBuilder().addValues(1).addValues(0)));
      observer.onNext(response.build());
      observer.onCompleted();
    }
  }

  @AfterEach
  void stop() {
    scorerServer.close(Duration.ofSeconds(1));
  }

  private CacheFixture cache(String judge) {
    return CacheFixture.start(
        "cache: { policy: threshold, similarity: 0.99, judge: " + judge + " }",
        scorerServer.channel(List.of()));
  }

  /** Reports a fresh answer in other words; whether the label said wrong. */
  private static boolean labelledWrong(CacheFixture cache) {
    cache.store(
        storing("acme", "How do I boil an egg?", 1, 0, 0).setAnswer(TestEntries.answer(KEPT)));
    CacheMiss miss = cache.miss(semantic("acme", "How can I cook an egg?", 1, 0.6f, 0));
    FreshAnswer.Builder fresh =
        FreshAnswer.newBuilder()
            .setScope(scope("acme"))
            .setEntryId(miss.getNeighbour().getEntryId())
            .setSimilarity(miss.getNeighbour().getSimilarity())
            .setText(IN_OTHER_WORDS);
    var unused =
        cache.stub().reportOutcome(ReportOutcomeRequest.newBuilder().setFreshAnswer(fresh).build());
    await().untilAsserted(() -> assertThat(cache.stats().getLabels()).isEqualTo(1));
    return cache.stats().getWrongLabels() == 1;
  }

  @Test
  void longAnswers_areJudgedByTheScorersVectors_byDefault() {
    try (CacheFixture cache = cache("similarity")) {
      assertThat(labelledWrong(cache)).isFalse();
      assertThat(scorer.texts).hasValue(2);
    }
  }

  @Test
  void longAnswers_areJudgedByTheirWords_whenTheScorerIsAway() {
    scorer.away = true;
    try (CacheFixture cache = cache("similarity")) {
      assertThat(labelledWrong(cache)).isTrue();
    }
  }

  @Test
  void wordsThatDecideForWantOfAScorer_areWarnedOf() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger node = (Logger) LoggerFactory.getLogger(CacheNode.class);
    node.addAppender(log);
    try {
      cache("similarity").close();
      CacheFixture.start("cache: { judge: words }").close();
      CacheFixture.start("cache: { judge: similarity, semantic: false }").close();
      assertThat(log.list).noneMatch(event -> event.getLevel() == Level.WARN);
      CacheFixture.start("cache: { judge: similarity }").close();
      assertThat(log.list)
          .filteredOn(event -> event.getLevel() == Level.WARN)
          .extracting(ILoggingEvent::getFormattedMessage)
          .singleElement()
          .asString()
          .contains("cache.scorer");
    } finally {
      node.detachAppender(log);
    }
  }

  @Test
  void scorer_isNotAsked_whenTheJudgeNeedsNone() {
    try (CacheFixture cache = cache("words")) {
      assertThat(labelledWrong(cache)).isTrue();
    }
    try (CacheFixture cache = cache("equality")) {
      assertThat(labelledWrong(cache)).isTrue();
    }
    assertThat(scorer.texts).hasValue(0);
  }
}
