package dev.fairlead.cache;

import dev.fairlead.cache.LookupResult.Hit;
import dev.fairlead.cache.LookupResult.Miss;
import dev.fairlead.cache.LookupResult.Near;
import dev.fairlead.cache.bound.Evidence;
import dev.fairlead.cache.bound.Group;
import dev.fairlead.cache.bound.ServePolicy;
import dev.fairlead.cache.bound.ServePolicy.Decision;
import dev.fairlead.cache.bound.ServePolicy.Verdict;
import dev.fairlead.cache.index.IndexedEntry;
import dev.fairlead.cache.index.Neighbour;
import dev.fairlead.cache.index.VectorStore;
import dev.fairlead.cache.store.EntryStore;
import dev.fairlead.cache.store.StoreUnavailableException;
import dev.fairlead.cache.verify.Verifier;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CacheMiss.Reason;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds a near request and decides whether its answer may be given: nearest first, the first that
 * no veto refuses is put to the policy.
 */
final class SemanticLookups {

  private static final Logger logger = LoggerFactory.getLogger(SemanticLookups.class);
  private static final int NEIGHBOURS = 8;

  /** A neighbour that is farther by this much counts 1/e as much. */
  private static final double NEARNESS = 0.05;

  private final VectorStore vectors;
  private final EntryStore store;
  private final Verifier verifier = new Verifier();
  private final ServePolicy policy;
  private final Outcomes outcomes;
  private final CacheCounters counters;
  private final InstantSource clock;
  private final Tracer tracer;
  private final double candidateSimilarity;

  SemanticLookups(
      CacheConfig config,
      VectorStore vectors,
      EntryStore store,
      ServePolicy policy,
      Outcomes outcomes,
      CacheCounters counters,
      InstantSource clock,
      Tracer tracer) {
    this.candidateSimilarity = config.candidateSimilarity();
    this.vectors = vectors;
    this.store = store;
    this.policy = policy;
    this.outcomes = outcomes;
    this.counters = counters;
    this.clock = clock;
    this.tracer = tracer;
  }

  CompletableFuture<LookupResult> lookup(LookupQuery query) {
    if (!query.dryRun()) {
      policy.seen(group(query));
    }
    return search(query)
        .handle((near, error) ->
            error == null ? decide(query, near) : CompletableFuture.completedFuture(failed(error)))
        .thenCompose(result -> result);
  }

  private static LookupResult failed(Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    boolean away = cause instanceof StoreUnavailableException;
    return Miss.because(away ? Reason.REASON_STORE_UNAVAILABLE : Reason.REASON_NOT_FOUND);
  }

  private static Group group(LookupQuery query) {
    return new Group(query.key().scope().tenant(), query.key().scope().model());
  }

  private CompletableFuture<List<Neighbour>> search(LookupQuery query) {
    Span span = tracer.spanBuilder("cache.search").startSpan();
    Instant oldest = query.maxAge() == null ? Instant.MIN : clock.instant().minus(query.maxAge());
    return vectors
        .nearest(
            query.key().scope(),
            query.encoder(),
            Objects.requireNonNull(query.embedding()),
            NEIGHBOURS,
            candidateSimilarity)
        .whenComplete((near, error) -> span.end())
        .thenApply(nearest ->
            nearest.stream()
                .filter(near -> !near.entry().storedAt().isBefore(oldest))
                .filter(near -> !near.entry().id().equals(query.key().id()))
                .toList());
  }

  private CompletableFuture<LookupResult> decide(LookupQuery query, List<Neighbour> near) {
    boolean vetoed = false;
    for (int i = 0; i < near.size(); i++) {
      if (!vetoed(query, near.get(i))) {
        return put(query, near.get(i), evidence(near, i));
      }
      vetoed = true;
    }
    Reason reason = vetoed ? Reason.REASON_VETOED : Reason.REASON_NOT_FOUND;
    return CompletableFuture.completedFuture(Miss.because(reason));
  }

  /** A veto that fails on a text refuses it: the lookup goes on with the next one. */
  private boolean vetoed(LookupQuery query, Neighbour neighbour) {
    try {
      Optional<String> refusal = verifier.refusal(query.text(), neighbour.entry().text());
      if (!query.dryRun()) {
        refusal.ifPresent(counters::vetoed);
      }
      return refusal.isPresent();
    } catch (RuntimeException e) {
      logger.error("a veto failed: its entry is not served", e);
      return true;
    }
  }

  /** Neighbours that a veto refused are no candidates, but what they answer still counts. */
  private Evidence evidence(List<Neighbour> near, int chosen) {
    Neighbour candidate = near.get(chosen);
    double similarity = candidate.similarity();
    double nearestOther = candidateSimilarity;
    double agreeing = 1;
    double all = 1;
    int support = 0;
    for (int i = 0; i < near.size(); i++) {
      if (i == chosen) {
        continue;
      }
      Neighbour other = near.get(i);
      double weight = Math.exp((other.similarity() - similarity) / NEARNESS);
      all += weight;
      if (other.entry().agreesWith(candidate.entry())) {
        agreeing += weight;
        support++;
      } else {
        nearestOther = Math.max(nearestOther, other.similarity());
      }
    }
    return outcomes.evidence(
        candidate.entry().id(), similarity, similarity - nearestOther, support, agreeing / all);
  }

  private CompletableFuture<LookupResult> put(
      LookupQuery query, Neighbour candidate, Evidence evidence) {
    Group group = group(query);
    IndexedEntry entry = candidate.entry();
    boolean nearEnough = evidence.similarity() >= query.leastSimilarity();
    if (query.dryRun()) {
      boolean serves = nearEnough && policy.serves(group, entry.id(), evidence);
      return serves ? serve(query, candidate) : refused(entry, evidence, Verdict.REFUSED);
    }
    Verdict verdict = nearEnough ? policy.decide(group, entry.id(), evidence) : Verdict.REFUSED;
    if (verdict.decision() == Decision.SERVE) {
      return serve(query, candidate)
          .thenApply(result -> {
            if (result instanceof Hit) {
              outcomes.served(group, entry.id(), evidence, query.key().id());
            }
            return result;
          });
    }
    outcomes.expect(group, entry.id(), evidence, verdict, query.key().id());
    return refused(entry, evidence, verdict);
  }

  private static CompletableFuture<LookupResult> refused(
      IndexedEntry entry, Evidence evidence, Verdict verdict) {
    boolean picked = verdict.decision() == Decision.VERIFY;
    Reason reason = picked ? Reason.REASON_VERIFYING : Reason.REASON_NOT_CONFIDENT;
    return CompletableFuture.completedFuture(
        new Miss(reason, false, null, new Near(entry.id(), evidence.similarity())));
  }

  private CompletableFuture<LookupResult> serve(LookupQuery query, Neighbour candidate) {
    IndexedEntry near = candidate.entry();
    return store
        .find(near.id())
        .handle((found, error) -> {
          if (error != null) {
            return Miss.because(Reason.REASON_STORE_UNAVAILABLE);
          }
          // What the index promised must be what the store has: scope and text are compared again.
          if (found.isEmpty()
              || found.get().expired(clock.instant())
              || !found.get().key().equals(near.key())
              || !found.get().key().scope().equals(query.key().scope())
              || !found.get().text().equals(near.text())) {
            var unused = vectors.remove(near);
            return Miss.because(Reason.REASON_NOT_FOUND);
          }
          return new Hit(CacheHit.Kind.KIND_SEMANTIC, found.get(), candidate.similarity(), null);
        });
  }
}
