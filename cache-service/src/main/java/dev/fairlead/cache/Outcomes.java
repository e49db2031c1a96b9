package dev.fairlead.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.fairlead.cache.bound.Evidence;
import dev.fairlead.cache.bound.Group;
import dev.fairlead.cache.bound.Label;
import dev.fairlead.cache.bound.LabelCodec;
import dev.fairlead.cache.bound.ServePolicy;
import dev.fairlead.cache.bound.ServePolicy.Decision;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.Change;
import dev.fairlead.cache.store.ChangeFeed;
import dev.fairlead.cache.store.EntryStore;
import dev.fairlead.cache.store.ScopeKey;
import dev.fairlead.cache.verify.AnswerJudge;
import dev.fairlead.v1.FreshAnswer;
import dev.fairlead.v1.Rating;
import dev.fairlead.v1.ReportOutcomeRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * What became of near entries: remembers what was known when one was not served, compares its
 * answer with the fresh one when that is reported, and teaches the policy here and on every
 * replica. A report is used once; one about a lookup that another replica answered is passed to it.
 */
final class Outcomes {

  private static final Duration REMEMBERED = Duration.ofMinutes(15);
  private static final int MAX_REMEMBERED = 200_000;

  private final Cache<Asked, Expected> expected =
      Caffeine.newBuilder()
          .maximumSize(MAX_REMEMBERED)
          .expireAfterWrite(REMEMBERED)
          .executor(Runnable::run)
          .build();
  private final Cache<String, Record> records =
      Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).executor(Runnable::run).build();
  private final ServePolicy policy;
  private final AnswerJudge judge;
  private final EntryStore store;
  private final ChangeFeed feed;
  private final Executor compute;

  private record Asked(String entryId, double similarity) {}

  private record Expected(Group group, Evidence evidence, Decision decision) {}

  private record Record(int right, int wrong) {
    Record plus(boolean correct) {
      return correct ? new Record(right + 1, wrong) : new Record(right, wrong + 1);
    }
  }

  Outcomes(
      ServePolicy policy, AnswerJudge judge, EntryStore store, ChangeFeed feed, Executor compute) {
    this.policy = policy;
    this.judge = judge;
    this.store = store;
    this.feed = feed;
    this.compute = compute;
  }

  /** What is known about an entry at this distance. */
  Evidence evidence(String entryId, double similarity, double margin) {
    Record record = records.getIfPresent(entryId);
    return record == null
        ? new Evidence(similarity, margin, 0, 0)
        : new Evidence(similarity, margin, record.right(), record.wrong());
  }

  /** A near entry was not served; a fresh answer may be reported. */
  void expect(Group group, String entryId, Evidence evidence, Decision decision) {
    expected.put(
        new Asked(entryId, evidence.similarity()), new Expected(group, evidence, decision));
  }

  /**
   * A fresh answer beside a near entry. Completes when it has been used or passed on; never fails.
   */
  CompletableFuture<Void> freshAnswer(ScopeKey scope, ReportOutcomeRequest report) {
    FreshAnswer fresh = report.getFreshAnswer();
    Expected known = expected.asMap().remove(new Asked(fresh.getEntryId(), fresh.getSimilarity()));
    if (known == null) {
      feed.publish(new Change.Reported(report.toByteString()));
      return CompletableFuture.completedFuture(null);
    }
    return compare(scope, fresh, known);
  }

  /** A report that another replica could not use. */
  void reportedElsewhere(ByteString bytes) {
    try {
      FreshAnswer fresh = ReportOutcomeRequest.parseFrom(bytes).getFreshAnswer();
      Expected known =
          expected.asMap().remove(new Asked(fresh.getEntryId(), fresh.getSimilarity()));
      if (known != null) {
        ScopeKey scope =
            new ScopeKey(
                fresh.getScope().getTenant(),
                fresh.getScope().getModel(),
                fresh.getScope().getDigest());
        var unused = compare(scope, fresh, known);
      }
    } catch (InvalidProtocolBufferException e) {
      // A message of a version that this one does not know is worth no label.
    }
  }

  private CompletableFuture<Void> compare(ScopeKey scope, FreshAnswer fresh, Expected known) {
    return store
        .find(fresh.getEntryId())
        .thenAcceptAsync(
            found ->
                found
                    .filter(entry -> entry.key().scope().equals(scope))
                    .filter(
                        entry -> !entry.answer().getText().isBlank() && !fresh.getText().isBlank())
                    .ifPresent(entry -> label(entry, fresh, known)),
            compute)
        .exceptionally(error -> null);
  }

  private void label(CacheEntry entry, FreshAnswer fresh, Expected known) {
    boolean correct = judge.same(entry.answer().getText(), fresh.getText());
    Decision decision = known.decision();
    Label label =
        new Label(
            known.group(),
            entry.id(),
            known.evidence(),
            decision == Decision.VERIFY,
            policy.weight(decision),
            correct,
            0);
    learn(label);
    feed.publish(
        new Change.Labelled(
            LabelCodec.encode(label.withRequests(policy.takeUntold(known.group())))));
  }

  /** A label of another replica. */
  void labelledElsewhere(ByteString bytes) {
    LabelCodec.decode(bytes).ifPresent(this::learn);
  }

  private void learn(Label label) {
    count(label.entryId(), label.correct());
    policy.learn(label);
  }

  private void count(String entryId, boolean correct) {
    records.asMap().merge(entryId, new Record(0, 0).plus(correct), (old, one) -> old.plus(correct));
  }

  /**
   * A served answer was rated. A wrong one is removed from every replica: the next request makes a
   * new one. Ratings do not enter the bound, because those who rate are no fair sample of the
   * requests.
   */
  CompletableFuture<Boolean> rated(ScopeKey scope, Rating rating) {
    return store
        .find(rating.getEntryId())
        .thenApply(found -> found.filter(entry -> entry.key().scope().equals(scope)))
        .thenApply(found -> {
          found.ifPresent(entry -> count(entry.id(), rating.getCorrect()));
          return found.isPresent() && !rating.getCorrect();
        })
        .exceptionally(error -> false);
  }
}
