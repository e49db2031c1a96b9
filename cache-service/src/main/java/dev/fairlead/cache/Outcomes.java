package dev.fairlead.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.fairlead.cache.bound.Evidence;
import dev.fairlead.cache.bound.Group;
import dev.fairlead.cache.bound.Label;
import dev.fairlead.cache.bound.LabelCodec;
import dev.fairlead.cache.bound.LabelLog;
import dev.fairlead.cache.bound.ServePolicy;
import dev.fairlead.cache.bound.ServePolicy.Decision;
import dev.fairlead.cache.bound.ServePolicy.Verdict;
import dev.fairlead.cache.store.CacheEntry;
import dev.fairlead.cache.store.Change;
import dev.fairlead.cache.store.ChangeFeed;
import dev.fairlead.cache.store.EntryKey;
import dev.fairlead.cache.store.EntryStore;
import dev.fairlead.cache.store.RatingLog;
import dev.fairlead.cache.store.ScopeKey;
import dev.fairlead.cache.verify.AnswerJudge;
import dev.fairlead.v1.CacheScope;
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
  private final Cache<Served, Expected> served =
      Caffeine.newBuilder()
          .maximumSize(MAX_REMEMBERED)
          .expireAfterWrite(RatingLog.REMEMBERED)
          .executor(Runnable::run)
          .build();
  private final EntryRecords records;
  private final ServePolicy policy;
  private final AnswerJudge judge;
  private final EntryStore store;
  private final CoveredEntries covered;
  private final ChangeFeed feed;
  private final LabelLog log;
  private final RatingLog ratings;
  private final Executor compute;

  private record Asked(String entryId, double similarity) {}

  /**
   * @param requestId as {@link Expected} has it
   */
  private record Served(String entryId, String requestId) {
    static Served of(ScopeKey scope, Rating rating) {
      ByteString fingerprint = rating.getFingerprint();
      return new Served(
          rating.getEntryId(), fingerprint.isEmpty() ? "" : EntryKey.of(scope, fingerprint).id());
    }

    /** Whether it was another request's answer; not known of a rating without a fingerprint. */
    boolean near() {
      return !requestId.isEmpty() && !requestId.equals(entryId);
    }
  }

  /**
   * @param requestId id that an entry of the request itself has, or will have
   */
  private record Expected(Group group, Evidence evidence, Verdict verdict, String requestId) {}

  Outcomes(
      EntryRecords records,
      ServePolicy policy,
      AnswerJudge judge,
      EntryStore store,
      CoveredEntries covered,
      ChangeFeed feed,
      LabelLog log,
      RatingLog ratings,
      Executor compute) {
    this.records = records;
    this.policy = policy;
    this.judge = judge;
    this.store = store;
    this.covered = covered;
    this.feed = feed;
    this.log = log;
    this.ratings = ratings;
    this.compute = compute;
  }

  /** What is known about an entry at this distance among these neighbours. */
  Evidence evidence(
      String entryId, double similarity, double margin, int support, double agreement) {
    EntryRecords.Record record = records.of(entryId);
    return new Evidence(similarity, margin, support, agreement, record.right(), record.wrong());
  }

  /**
   * A near entry was not served; a fresh answer may be reported.
   *
   * @param requestId id that an entry of the request itself has, or will have
   */
  void expect(Group group, String entryId, Evidence evidence, Verdict verdict, String requestId) {
    expected.put(
        new Asked(entryId, evidence.similarity()),
        new Expected(group, evidence, verdict, requestId));
  }

  /**
   * A near entry was served; it may be rated.
   *
   * @param requestId id that an entry of the request itself would have
   */
  void served(Group group, String entryId, Evidence evidence, String requestId) {
    served.put(
        new Served(entryId, requestId), new Expected(group, evidence, Verdict.SERVED, requestId));
  }

  /** Changes may have been missed: what the policy knows is read again. */
  void reload() {
    policy.reload();
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
      ReportOutcomeRequest report = ReportOutcomeRequest.parseFrom(bytes);
      if (report.hasRating()) {
        ratedElsewhere(report.getRating());
        return;
      }
      FreshAnswer fresh = report.getFreshAnswer();
      Expected known =
          expected.asMap().remove(new Asked(fresh.getEntryId(), fresh.getSimilarity()));
      if (known != null) {
        var unused = compare(scope(fresh.getScope()), fresh, known);
      }
    } catch (InvalidProtocolBufferException e) {
      // A message of a version that this one does not know is worth no label.
    }
  }

  /** Several replicas may have served it; one of them learns. */
  private void ratedElsewhere(Rating rating) {
    Served what = Served.of(scope(rating.getScope()), rating);
    if (served.getIfPresent(what) != null) {
      var unused =
          first(rating, "learned")
              .thenAcceptAsync(
                  first -> {
                    boolean unusedToo = first && ratedWrong(what);
                  },
                  compute);
    }
  }

  private static ScopeKey scope(CacheScope scope) {
    return new ScopeKey(scope.getTenant(), scope.getModel(), scope.getDigest());
  }

  private CompletableFuture<Void> compare(ScopeKey scope, FreshAnswer fresh, Expected known) {
    return store
        .find(fresh.getEntryId())
        .thenComposeAsync(
            found ->
                found
                    .filter(entry -> entry.key().scope().equals(scope))
                    .filter(
                        entry -> !entry.answer().getText().isBlank() && !fresh.getText().isBlank())
                    .map(entry -> compare(entry, fresh, known))
                    .orElseGet(() -> CompletableFuture.completedFuture(null)),
            compute)
        .exceptionally(error -> null);
  }

  private CompletableFuture<Void> compare(CacheEntry entry, FreshAnswer fresh, Expected known) {
    return judge
        .same(entry.answer().getText(), fresh.getText())
        .thenAcceptAsync(correct -> label(entry, known, correct), compute);
  }

  private void label(CacheEntry entry, Expected known, boolean correct) {
    Verdict verdict = known.verdict();
    boolean wouldServe = verdict.decision() == Decision.VERIFY;
    records.count(entry.id(), correct);
    if (correct && !policy.findsCovered()) {
      covered.add(known.requestId());
    }
    teach(
        new Label(
            known.group(), entry.id(), known.evidence(), wouldServe, verdict.weight(), correct, 0));
  }

  private void teach(Label label) {
    policy.learn(label);
    Label told = label.withRequests(policy.takeUntold(label.group()));
    log.append(told);
    feed.publish(new Change.Labelled(LabelCodec.encode(told)));
  }

  /** A label of another replica. */
  void labelledElsewhere(ByteString bytes) {
    LabelCodec.decode(bytes)
        .filter(label -> !records.toldTwice(label))
        .ifPresent(label -> {
          records.count(label.entryId(), label.correct());
          policy.learn(label);
        });
  }

  /** A rating that another replica has added to the entry's record. */
  void ratedElsewhere(String entryId, boolean correct) {
    records.count(entryId, correct);
  }

  /**
   * A served answer was rated. A wrong one is removed from every replica: the next request makes a
   * new one; and it is a label, for itself alone. A right one only adds to the entry's record,
   * because those who praise are no fair sample of the requests. What was said of a request is
   * counted once, whichever replicas it is said to.
   *
   * @return whether the entry is to be removed
   */
  CompletableFuture<Boolean> rated(ScopeKey scope, ReportOutcomeRequest report) {
    Rating rating = report.getRating();
    return store
        .find(rating.getEntryId())
        .thenCompose(found -> {
          boolean kept = found.filter(entry -> entry.key().scope().equals(scope)).isPresent();
          Served what = Served.of(scope, rating);
          // That a near answer was wrong is a label even when the entry has expired meanwhile; the
          // scope is part of what was served.
          boolean usable = kept || (what.near() && !rating.getCorrect());
          return usable
              ? first(rating, "said").thenApply(first -> first && used(what, report, kept))
              : CompletableFuture.completedFuture(false);
        })
        .exceptionally(error -> false);
  }

  /** Whether nobody did this with the rating yet, on any replica. */
  private CompletableFuture<Boolean> first(Rating rating, String what) {
    return rating.getRequestId().isEmpty()
        ? CompletableFuture.completedFuture(true)
        : ratings.first(
            what
                + (rating.getCorrect() ? " right " : " wrong ")
                + rating.getEntryId()
                + " "
                + rating.getRequestId());
  }

  private boolean used(Served what, ReportOutcomeRequest report, boolean kept) {
    use(what, report);
    return kept && !report.getRating().getCorrect();
  }

  /** Whoever served a near entry counts that it was wrong, and tells the others. */
  private void use(Served what, ReportOutcomeRequest report) {
    boolean correct = report.getRating().getCorrect();
    if (correct || !what.near()) {
      records.count(what.entryId(), correct);
      feed.publish(new Change.Rated(what.entryId(), correct));
    } else if (!ratedWrong(what)) {
      feed.publish(new Change.Reported(report.toByteString()));
    }
  }

  /** Whether it was served here, so that it is a label. */
  private boolean ratedWrong(Served what) {
    Expected known = served.asMap().remove(what);
    if (known == null) {
      return false;
    }
    records.count(what.entryId(), false);
    teach(new Label(known.group(), what.entryId(), known.evidence(), true, 1, false, 0));
    return true;
  }
}
