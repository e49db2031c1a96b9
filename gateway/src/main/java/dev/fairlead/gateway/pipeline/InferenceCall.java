package dev.fairlead.gateway.pipeline;

import com.linecorp.armeria.common.util.Exceptions;
import dev.fairlead.catalog.Catalog;
import dev.fairlead.catalog.ModelSpec;
import dev.fairlead.catalog.TokenUsage;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.budget.Budgets;
import dev.fairlead.gateway.budget.Reservation;
import dev.fairlead.gateway.budget.Spender;
import dev.fairlead.gateway.cache.CacheClient;
import dev.fairlead.gateway.cache.CacheKey;
import dev.fairlead.gateway.limits.RateLimiter;
import dev.fairlead.gateway.pipeline.StepTimes.Step;
import dev.fairlead.gateway.routing.Decision;
import dev.fairlead.gateway.routing.ModelSelector;
import dev.fairlead.gateway.routing.RouteQuery;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.CacheHit;
import dev.fairlead.v1.CacheMiss;
import dev.fairlead.v1.LookupRequest;
import dev.fairlead.v1.LookupResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call, of one request or of several that share it, on its way to an answer: exact lookup,
 * scoring, semantic lookup, routing; then {@link Generation} or {@link Replay} take over. Exactly
 * one step is under way at any time, so no field needs a lock; a step that follows an asynchronous
 * call runs on the request's event loop.
 */
final class InferenceCall {

  private static final Logger logger = LoggerFactory.getLogger(InferenceCall.class);

  final InferencePipeline pipeline;
  final InferenceRequest request;
  final CallScope scope;
  final Receipt receipt;
  final AnswerSink sink;
  private final boolean mayLookUp;
  final boolean mayStore;

  /** Set once: a request is settled exactly once, whatever its sink throws. */
  private final AtomicBoolean ended = new AtomicBoolean();

  private final StepSpans steps;

  @Nullable Catalog catalog;
  @Nullable ModelSelector selector;
  private @Nullable CacheKey key;
  @Nullable AnalyzeResponse analysis;
  private boolean analysed;
  CacheUse cacheUse = CacheUse.BYPASS;
  @Nullable CacheMiss miss;
  String leaseId = "";

  /** What a lease is called that this call is granted. */
  private String offeredLease = "";

  private @Nullable Reservation reservation;
  private final RateLimiter.@Nullable Pass pass;

  /**
   * A call.
   *
   * @param pass of the request that it is made for, with the money that was held at the door
   */
  InferenceCall(
      InferencePipeline pipeline,
      InferenceRequest request,
      CallScope scope,
      Receipt receipt,
      AnswerSink sink,
      RateLimiter.@Nullable Pass pass) {
    this.pass = pass;
    this.pipeline = pipeline;
    this.request = request;
    this.scope = scope;
    this.receipt = receipt;
    this.sink = sink;
    this.mayStore = CacheQuestion.mayStore(request);
    this.mayLookUp = SharingKey.mayShare(request);
    this.steps = StepSpans.of(pipeline.tracer, scope);
  }

  /** A call that makes a fresh answer behind one that was given from the cache. */
  private InferenceCall(InferenceCall answered, CallScope scope, String refreshLease) {
    this.pass = null;
    this.pipeline = answered.pipeline;
    this.request = answered.request;
    this.scope = scope;
    this.receipt = pipeline.accounting.open(request, scope);
    receipt.callStarted();
    this.sink = new CacheRefresh(pipeline.metrics, receipt);
    this.mayStore = true;
    this.mayLookUp = false;
    this.leaseId = refreshLease;
    this.key = answered.key;
    this.steps = StepSpans.of(pipeline.tracer, scope);
  }

  void start() {
    scope.run(() -> step(this::admit));
  }

  private void admit() {
    if (steps.recording()) {
      steps.beginAt(Instant.now().minusNanos(scope.elapsedNanos()), Step.ADMIT);
      steps.tell(StepSpans.TENANT, scope.tenant());
    }
    Catalog known = pipeline.catalogs.require();
    catalog = known;
    ModelSelector chosen = pipeline.selector(request, scope.principal().grants(), known);
    selector = chosen;
    steps.tell(StepSpans.POLICY, policyLabel());
    if (mayLookUp) {
      lookUp(!wantsSemantic());
    } else if (!leaseId.isEmpty() && wantsSemantic()) {
      // The entry that is replaced can be found by its vector, so the new one must be as well.
      scoreThen(this::route);
    } else {
      scoreOrRoute();
    }
  }

  /** Label of what decides: a policy, or {@code explicit}. */
  String policyLabel() {
    return selector instanceof ModelSelector.Auto auto ? auto.policy().label() : Decision.EXPLICIT;
  }

  private boolean wantsSemantic() {
    return request.facts().semanticEligible() && pipeline.cache.semanticLikely();
  }

  /**
   * Exact before the prompt is scored, with its embedding afterwards. What is likely the last
   * lookup asks for the lease.
   */
  private void lookUp(boolean askLease) {
    steps.begin(Step.CACHE);
    steps.run(() ->
        pipeline.cache.lookup(
            lookup(askLease),
            response -> scope.onLoop(() -> step(() -> lookedUp(response, askLease))),
            error -> scope.onLoop(() -> step(() -> cacheAway(error)))));
  }

  private LookupRequest lookup(boolean askLease) {
    return CacheQuestion.of(request, cacheKey(), analysis)
        .setAcquireLease(askLease)
        .setLeaseId(offeredLease())
        .build();
  }

  private String offeredLease() {
    if (offeredLease.isEmpty()) {
      offeredLease = pipeline.cache.newLeaseId();
    }
    return offeredLease;
  }

  private void lookedUp(LookupResponse response, boolean leaseAsked) {
    cacheUse = CacheUse.MISS;
    if (response.hasHit()) {
      replay(response.getHit());
      return;
    }
    CacheMiss missed = response.getMiss();
    miss = missed;
    if (missed.hasLease()) {
      leaseId = missed.getLease().getId();
    }
    if (missed.getSemanticPossible() && !analysed) {
      scoreThen(() -> lookUp(leaseId.isEmpty()));
    } else if (!leaseId.isEmpty()) {
      scoreOrRoute();
    } else if (leaseAsked) {
      awaitLeader();
    } else {
      lookUp(true);
    }
  }

  /** An identical request holds the lease: its answer serves this one too. */
  private void awaitLeader() {
    Duration wait = pipeline.limits.coalesceWait();
    steps.begin(Step.CACHE);
    steps.run(() ->
        pipeline.cache.await(
            lookup(true),
            wait,
            response -> scope.onLoop(() -> step(() -> awaited(response))),
            error -> scope.onLoop(() -> step(() -> cacheAway(error)))));
  }

  private void awaited(LookupResponse response) {
    if (response.hasHit()) {
      replay(response.getHit());
    } else {
      leaseId = response.getMiss().getLease().getId();
      scoreOrRoute();
    }
  }

  private void cacheAway(Throwable error) {
    if (scope.isCancelled()) {
      throw FailureStatus.fromThrowable(error).asException();
    }
    if (CacheClient.asked(error)) {
      // Granted perhaps, in an answer that was too late; the store or the end gives it back.
      leaseId = offeredLease;
    }
    steps.failed("unavailable");
    pipeline.metrics.cacheUnavailable();
    cacheUse = CacheUse.BYPASS;
    scoreOrRoute();
  }

  private void scoreOrRoute() {
    ModelSelector chosen = selector;
    if (chosen != null && pipeline.router.needsComplexity(chosen)) {
      scoreThen(this::route);
    } else {
      route();
    }
  }

  private void scoreThen(Runnable next) {
    String text = request.facts().lastUserText();
    boolean done = analysed || text.isEmpty();
    analysed = true;
    if (done) {
      next.run();
      return;
    }
    steps.begin(Step.SCORE);
    steps.run(() ->
        pipeline.scorer.analyze(
            scope.tenant(),
            text,
            response ->
                scope.onLoop(() ->
                    step(() -> {
                      analysis = response;
                      steps.tell(StepSpans.COMPLEXITY, (double) response.getComplexity());
                      next.run();
                    })),
            error -> scope.onLoop(() -> step(() -> scorerAway(error, next)))));
  }

  private void scorerAway(Throwable error, Runnable next) {
    if (scope.isCancelled()) {
      throw FailureStatus.fromThrowable(error).asException();
    }
    steps.failed("unavailable");
    pipeline.metrics.scorerUnavailable();
    next.run();
  }

  OptionalDouble complexity() {
    AnalyzeResponse known = analysis;
    return known == null ? OptionalDouble.empty() : OptionalDouble.of(known.getComplexity());
  }

  private void route() {
    ModelSelector chosen = selector;
    Catalog known = catalog;
    if (chosen == null || known == null) {
      throw new IllegalStateException("routed before admission");
    }
    steps.begin(Step.ROUTE);
    List<Spender> spenders = Budgets.spenders(scope.principal());
    RouteQuery query = pipeline.query(request, scope, analysis, !spenders.isEmpty());
    Decision decision = pipeline.router.route(query, chosen, known);
    pipeline.metrics.decided(decision);
    tell(decision);
    if (spenders.isEmpty()) {
      generate(decision);
    } else {
      pay(new BudgetHold(this, decision, query), decision, spenders);
    }
  }

  /** With what was held at the door, where that is enough. */
  private void pay(BudgetHold hold, Decision decision, List<Spender> spenders) {
    Reservation atDoor = pass == null ? null : pass.takeHeld();
    if (atDoor == null || !hold.covers(atDoor)) {
      reserve(hold, decision, spenders, atDoor);
    } else if (ended.get()) {
      atDoor.settle(0);
    } else {
      reservation = atDoor;
      generate(hold.within(atDoor));
    }
  }

  private void reserve(
      BudgetHold hold, Decision decision, List<Spender> spenders, @Nullable Reservation atDoor) {
    hold.reserve(spenders, atDoor)
        .whenComplete((held, error) ->
            scope.onLoop(() ->
                step(() -> {
                  if (error != null) {
                    throw FailureStatus.fromThrowable(Exceptions.peel(error)).asException();
                  }
                  if (held == null) {
                    generate(decision);
                  } else if (ended.get()) {
                    held.settle(0);
                  } else {
                    reservation = held;
                    generate(hold.within(held));
                  }
                })));
  }

  private void tell(Decision decision) {
    if (steps.recording()) {
      Decision.Label label = decision.label();
      steps.tell(StepSpans.POLICY, label.policy());
      steps.tell(StepSpans.TIER, label.tier());
      steps.tell(StepSpans.MODEL, label.model());
      steps.tell(StepSpans.REASON, label.reason());
      steps.tell(StepSpans.DROPPED, StepSpans.dropped(decision));
    }
  }

  private void generate(Decision decision) {
    steps.endBefore(Step.ATTEMPT);
    new Generation(this, decision).start();
  }

  /** What is held for the call is replaced by what it cost. */
  private void settleBudget() {
    Reservation held = reservation;
    if (held != null) {
      held.settle(receipt.paidNanoUsd());
    }
  }

  private void replay(CacheHit hit) {
    steps.endBefore(Step.REPLAY);
    String refreshLease = hit.getRefresh().getId();
    if (refreshLease.equals(leaseId)) {
      leaseId = "";
    }
    Replay replay;
    try {
      replay = Replay.of(this, hit);
    } catch (FailureException e) {
      // A stored answer that cannot be told again is as good as none.
      logger.warn("stored answer {} cannot be replayed: {}", hit.getEntryId(), e.getMessage());
      cacheUse = CacheUse.MISS;
      leaseId = refreshLease;
      scoreOrRoute();
      return;
    }
    try {
      replay.deliver();
    } finally {
      if (!refreshLease.isEmpty()) {
        refresh(refreshLease);
      }
    }
  }

  /** Makes the answer anew although this request has one; nobody waits for it. */
  private void refresh(String lease) {
    CallScope own = scope.detached(pipeline.limits.requestTimeout());
    new InferenceCall(this, own, lease).start();
  }

  /**
   * The request's key, made when it is first needed: a request that leaves the cache out needs
   * none.
   */
  CacheKey cacheKey() {
    CacheKey known = key;
    if (known == null) {
      known =
          CacheKey.of(
              scope.tenant(),
              policyLabel(),
              request.controls().qualityTarget(),
              request.cacheScope(),
              request.facts(),
              scope.principal().grants(),
              request.forwardHeaders());
      key = known;
    }
    return known;
  }

  /** Runs a step; whatever it throws ends the request with a failure. */
  void step(Runnable step) {
    try {
      step.run();
    } catch (FailureException e) {
      fail(FailedAnswer.of(e.failure()));
    } catch (RuntimeException | Error e) {
      logger.error("request {} failed inside the gateway", scope.requestId(), e);
      fail(FailedAnswer.of(new Failure.Internal("internal error")));
    }
  }

  /** Ends the request without an answer, whichever step it was in. */
  void fail(FailedAnswer failed) {
    if (ended.getAndSet(true)) {
      logger.debug("request {} failed after its end: {}", scope.requestId(), failed.failure());
      return;
    }
    try {
      steps.end();
      releaseLease();
    } finally {
      settleThen(() -> sink.fail(failed));
    }
  }

  /** Ends the request with an answer. */
  void complete(Answer answer) {
    if (ended.getAndSet(true)) {
      return;
    }
    settleThen(() -> sink.complete(answer));
  }

  /** Whatever goes wrong in settling, the sink hears of the end. */
  private void settleThen(Runnable tell) {
    try {
      scope.close();
      settleBudget();
      receipt.callEnded();
    } finally {
      tell.run();
    }
  }

  /** Gives a lease back that was not used up by a store. */
  void releaseLease() {
    if (leaseId.isEmpty()) {
      return;
    }
    String released = leaseId;
    leaseId = "";
    scope.runDetached(() -> pipeline.cache.report(Reports.leaseAbandoned(cacheKey(), released)));
  }

  /** Savings of an answer against the baseline; 0 without one. */
  long savedNanoUsd(TokenUsage usage, long costNanoUsd) {
    return baselineNanoUsd(usage, costNanoUsd) - costNanoUsd;
  }

  /** What the baseline would have cost; the cost itself when there is no baseline. */
  long baselineNanoUsd(TokenUsage usage, long costNanoUsd) {
    return baseline().map(model -> model.costNanoUsd(usage)).orElse(costNanoUsd);
  }

  /** What savings and quality are counted against; empty before admission or without tiers. */
  Optional<ModelSpec> baseline() {
    Catalog known = catalog;
    return known == null ? Optional.empty() : pipeline.router.baseline(known);
  }
}
