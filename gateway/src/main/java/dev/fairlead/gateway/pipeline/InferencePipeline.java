package dev.fairlead.gateway.pipeline;

import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.Catalog;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureException;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.LimitsConfig;
import dev.fairlead.gateway.StreamsConfig;
import dev.fairlead.gateway.cache.CacheClient;
import dev.fairlead.gateway.console.RecentRequests;
import dev.fairlead.gateway.feedback.RecentAnswers;
import dev.fairlead.gateway.keys.Grants;
import dev.fairlead.gateway.keys.Principal;
import dev.fairlead.gateway.ledger.PromptClass;
import dev.fairlead.gateway.limits.RateLimiter;
import dev.fairlead.gateway.metrics.RouterMetrics;
import dev.fairlead.gateway.quality.QualityEstimates;
import dev.fairlead.gateway.routing.ModelSelector;
import dev.fairlead.gateway.routing.QualityWish;
import dev.fairlead.gateway.routing.RouteCaller;
import dev.fairlead.gateway.routing.RouteQuery;
import dev.fairlead.gateway.routing.Router;
import dev.fairlead.gateway.routing.RoutingConfig;
import dev.fairlead.gateway.scoring.ScorerClient;
import dev.fairlead.gateway.steering.DefaultPolicy;
import dev.fairlead.gateway.upstream.CatalogFollower;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.ProviderServiceGrpc;
import io.grpc.Channel;
import io.opentelemetry.api.trace.Tracer;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes decoded requests from every door through cache, scorer, router and provider service to a
 * sink. One instance serves all threads; nothing in it blocks.
 */
public final class InferencePipeline {

  private static final Logger logger = LoggerFactory.getLogger(InferencePipeline.class);

  private static final long SINK_TELLS_NANOS = TimeUnit.SECONDS.toNanos(2);

  final RoutingConfig routing;
  final LimitsConfig limits;
  final Router router;
  final CatalogFollower catalogs;
  final CacheClient cache;
  final ScorerClient scorer;
  final ProviderServiceGrpc.ProviderServiceStub provider;
  final RouterMetrics metrics;
  private final RecentAnswers recent;
  private final RecentRequests console;
  private final SharedAnswers shared;
  final DefaultPolicy defaultPolicy;
  final TryRecorder tries;
  final AnswerQuality quality;
  final ShadowSampler shadows;
  private final Duration promisedLatency;
  final double replayTokensPerSecond;
  final Accounting accounting;
  private final RateLimiter limiter;
  private final DoorWish doorWish = new DoorWish(this);
  final Tracer tracer;

  /** Wires a pipeline; all collaborators are shared and outlive it. */
  public InferencePipeline(
      RoutingConfig routing,
      LimitsConfig limits,
      StreamsConfig streams,
      Router router,
      CatalogFollower catalogs,
      CacheClient cache,
      ScorerClient scorer,
      Channel provider,
      RouterMetrics metrics,
      RecentAnswers recent,
      RecentRequests console,
      DefaultPolicy defaultPolicy,
      TryRecorder tries,
      QualityEstimates quality,
      ShadowSampler shadows,
      Duration promisedLatency,
      Accounting accounting,
      RateLimiter limiter,
      Tracer tracer) {
    this.routing = routing;
    this.limits = limits;
    this.router = router;
    this.catalogs = catalogs;
    this.cache = cache;
    this.scorer = scorer;
    this.provider = ProviderServiceGrpc.newStub(provider);
    this.metrics = metrics;
    this.recent = recent;
    this.console = console;
    this.shared =
        new SharedAnswers(
            streams.maxLiveBytes(), streams.liveGrace(), limits.requestTimeout(), metrics);
    this.defaultPolicy = defaultPolicy;
    this.tries = tries;
    this.quality = new AnswerQuality(quality);
    this.shadows = shadows;
    this.promisedLatency = promisedLatency;
    this.replayTokensPerSecond = streams.replayTokensPerSecond();
    this.accounting = accounting;
    this.limiter = limiter;
    this.tracer = tracer;
  }

  /**
   * Answers a request. The sink hears of every outcome, failures included; {@code scope} is closed
   * at the end. When the caller goes away the door cancels the scope. Identical requests that are
   * under way together and may share share one call.
   */
  public void answer(InferenceRequest asked, CallScope scope, AnswerSink sink) {
    Principal principal = scope.principal();
    InferenceRequest request = asked.within(principal.cache());
    if (RateLimiter.concerns(principal)) {
      PassedSink passed = new PassedSink(sink);
      SettledSink settled = settled(request, scope, passed);
      step(scope, settled, () -> admit(request, scope, passed, settled));
    } else {
      SettledSink settled = settled(request, scope, sink);
      step(scope, settled, () -> generate(request, scope, settled, null));
    }
  }

  /** Runs a step before there is a call; whatever it throws ends the request. */
  private static void step(CallScope scope, SettledSink settled, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      settled.fail(FailedAnswer.of(unexpected(scope, e)));
    }
  }

  private static Failure unexpected(CallScope scope, Throwable error) {
    if (!(error instanceof FailureException)) {
      logger.error("request {} failed inside the gateway", scope.requestId(), error);
    }
    return FailureStatus.fromThrowable(error);
  }

  private void admit(
      InferenceRequest request, CallScope scope, PassedSink passed, SettledSink settled) {
    limiter
        .admit(
            scope.principal(),
            expectedTokens(request),
            limiter.holdsMoney() ? doorWish.of(request, scope) : null)
        .whenComplete((pass, error) -> {
          if (pass == null) {
            scope.onLoop(() ->
                step(
                    scope,
                    settled,
                    () -> {
                      throw refusal(scope, error).asException();
                    }));
          } else {
            passed.hold(pass);
            admitted(request, scope, settled, pass);
          }
        });
  }

  private SettledSink settled(InferenceRequest request, CallScope scope, AnswerSink door) {
    return new SettledSink(
        metrics,
        recent,
        console,
        scope,
        request,
        ServiceLevel.of(request.controls(), promisedLatency),
        accounting.open(request, scope),
        door);
  }

  /** Goes on, on the request's event loop. */
  private void admitted(
      InferenceRequest request, CallScope scope, SettledSink settled, RateLimiter.Pass pass) {
    scope.whenEnded(() -> giveBack(scope, pass));
    scope.onLoop(() ->
        step(
            scope,
            settled,
            () -> {
              scope.tellLimits(pass.status());
              generate(request, scope, settled, pass);
            }));
  }

  /**
   * A caller that has gone, or run out of time, makes room at once. Otherwise the sink is just
   * about to tell what was used; should it fail to, the place is free a little later all the same.
   */
  private static void giveBack(CallScope scope, RateLimiter.Pass pass) {
    if (scope.isClosed()) {
      scope.schedule(SINK_TELLS_NANOS, () -> pass.end(-1));
    } else {
      pass.end(-1);
    }
  }

  private static Failure refusal(CallScope scope, @Nullable Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    if (cause instanceof RateLimiter.LimitedException limited) {
      scope.tellLimits(limited.status());
      return limited.failure();
    }
    return cause == null
        ? new Failure.Internal("internal error")
        : FailureStatus.fromThrowable(cause);
  }

  private long expectedTokens(InferenceRequest request) {
    if (request.facts().needs().contains(Capability.EMBEDDINGS)) {
      return promptTokens(request, false);
    }
    long wanted = request.facts().maxOutputTokens().orElse(routing.expectedOutputTokens());
    return promptTokens(request, false)
        + Math.min(wanted, maxOutputTokens()) * request.facts().choiceCount();
  }

  private void generate(
      InferenceRequest request,
      CallScope scope,
      SettledSink settled,
      RateLimiter.@Nullable Pass pass) {
    if (SharingKey.mayShare(request)) {
      shared.join(
          SharingKey.of(request, scope, defaultPolicy.label()),
          scope,
          settled,
          (own, payer, into) -> new InferenceCall(this, request, own, payer, into, pass).start());
    } else {
      Receipt receipt = settled.receipt();
      receipt.callStarted();
      new InferenceCall(this, request, scope, receipt, settled, pass).start();
    }
  }

  /**
   * Counts a request that asks no provider against its caller's limits.
   *
   * @param tokens that it is expected to take
   * @param admitted gets what may be told how many there were, until the scope ends; on the
   *     request's event loop
   * @param refused hears of a limit that is reached, and of what {@code admitted} throws; on the
   *     same
   */
  public void admit(
      CallScope scope,
      long tokens,
      Consumer<RateLimiter.Pass> admitted,
      Consumer<Failure> refused) {
    limiter
        .admit(scope.principal(), tokens)
        .whenComplete((pass, error) -> {
          if (pass != null) {
            scope.whenEnded(() -> pass.end(-1));
          }
          scope.onLoop(() -> {
            try {
              if (pass == null) {
                throw refusal(scope, error).asException();
              }
              scope.tellLimits(pass.status());
              admitted.accept(pass);
            } catch (RuntimeException | Error e) {
              refused.accept(unexpected(scope, e));
            }
          });
        });
  }

  /**
   * Decides without answering; scores the prompt and looks it up, and leaves no trace but one
   * request less of the caller's limits.
   */
  public void route(
      InferenceRequest request,
      CallScope scope,
      Consumer<RouteOutcome> decided,
      Consumer<Failure> failed) {
    admit(
        scope,
        0,
        pass ->
            new RouteDryRun(this, request.within(scope.principal().cache()), scope, decided, failed)
                .start(),
        refusal -> {
          scope.close();
          failed.accept(refusal);
        });
  }

  /** Most tokens of an answer, whatever is asked for. */
  int maxOutputTokens() {
    return limits.maxOutputTokens() == 0 ? Integer.MAX_VALUE : limits.maxOutputTokens();
  }

  /** A cap or a budget must hold, so scripts with more tokens a character are then looked at. */
  private static long promptTokens(InferenceRequest request, boolean careful) {
    return request.controls().maxCostNanoUsd() == null && !careful
        ? PromptEstimate.tokens(request.facts().promptCharacters())
        : PromptEstimate.careful(request.facts());
  }

  /** A canary sticks to the end user, or else to the key. */
  private static @Nullable String sticky(InferenceRequest request, Principal principal) {
    String user = request.facts().user();
    return user == null && principal.authenticated() ? principal.keyId() : user;
  }

  /** Which model a request asks for, or which policy decides. */
  ModelSelector selector(InferenceRequest request, Grants grants, Catalog catalog) {
    return ModelSelector.of(
        request.facts().model(),
        request.controls().policy(),
        defaultPolicy.label(),
        catalog,
        grants);
  }

  RouteQuery query(InferenceRequest request, CallScope scope, @Nullable AnalyzeResponse analysis) {
    return query(request, scope, analysis, false);
  }

  RouteQuery query(
      InferenceRequest request,
      CallScope scope,
      @Nullable AnalyzeResponse analysis,
      boolean careful) {
    return new RouteQuery(
        promptTokens(request, careful),
        request.facts().lastUserText().length(),
        Math.min(request.facts().maxOutputTokens().orElse(0), maxOutputTokens()),
        request.facts().choiceCount(),
        request.facts().needs(),
        analysis == null ? OptionalDouble.empty() : OptionalDouble.of(analysis.getComplexity()),
        request.controls().maxCostNanoUsd(),
        new RouteCaller(
            request.facts().model(),
            scope.tenant(),
            PromptClass.of(request.facts().needs(), request.facts().promptCharacters()),
            sticky(request, scope.principal()),
            request.controls().latencySlo(),
            request.controls().timing().firstTokenSlo(),
            request.controls().timing().perTokenSlo(),
            scope.principal().grants()),
        new QualityWish(
            analysis == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(Math.clamp(analysis.getExpectedGain(), 0, 1)),
            request.controls().qualityTarget()));
  }
}
