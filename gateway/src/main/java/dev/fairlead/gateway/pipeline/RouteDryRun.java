package dev.fairlead.gateway.pipeline;

import dev.fairlead.catalog.Catalog;
import dev.fairlead.common.failure.Failure;
import dev.fairlead.common.failure.FailureStatus;
import dev.fairlead.gateway.cache.CacheKey;
import dev.fairlead.gateway.routing.Candidate;
import dev.fairlead.gateway.routing.Decision;
import dev.fairlead.gateway.routing.ExpectedFirstToken;
import dev.fairlead.gateway.routing.ModelSelector;
import dev.fairlead.gateway.routing.RouteQuery;
import dev.fairlead.v1.AnalyzeResponse;
import dev.fairlead.v1.FeatureValue;
import dev.fairlead.v1.LookupResponse;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The decision for a request without its execution: it is scored and looked up, and takes neither
 * lease nor model.
 */
final class RouteDryRun {

  private final InferencePipeline pipeline;
  private final InferenceRequest request;
  private final CallScope scope;
  private final Consumer<RouteOutcome> decided;
  private final Consumer<Failure> failed;
  private final Catalog catalog;
  private final ModelSelector selector;
  private @Nullable AnalyzeResponse analysis;

  RouteDryRun(
      InferencePipeline pipeline,
      InferenceRequest request,
      CallScope scope,
      Consumer<RouteOutcome> decided,
      Consumer<Failure> failed) {
    this.pipeline = pipeline;
    this.request = request;
    this.scope = scope;
    this.decided = decided;
    this.failed = failed;
    this.catalog = pipeline.catalogs.require();
    this.selector = pipeline.selector(request, scope.principal().grants(), catalog);
  }

  void start() {
    String text = request.facts().lastUserText();
    if (text.isEmpty()) {
      lookUp();
      return;
    }
    pipeline.scorer.analyze(
        scope.tenant(),
        text,
        response ->
            onLoop(() -> {
              analysis = response;
              lookUp();
            }),
        error -> onLoop(this::lookUp));
  }

  private void lookUp() {
    if (!SharingKey.mayShare(request)) {
      decide(CacheUse.BYPASS);
      return;
    }
    String policy =
        selector instanceof ModelSelector.Auto auto ? auto.policy().label() : Decision.EXPLICIT;
    CacheKey key =
        CacheKey.of(
            scope.tenant(),
            policy,
            request.controls().qualityTarget(),
            request.cacheScope(),
            request.facts(),
            scope.principal().grants(),
            request.forwardHeaders());
    pipeline.cache.lookup(
        CacheQuestion.of(request, key, analysis).setDryRun(true).build(),
        response -> onLoop(() -> decide(use(response))),
        error -> onLoop(() -> decide(CacheUse.BYPASS)));
  }

  /** Runs a step; whatever it throws is the answer. */
  private void onLoop(Runnable step) {
    scope.onLoop(() -> {
      try {
        step.run();
      } catch (RuntimeException | Error e) {
        scope.close();
        failed.accept(FailureStatus.fromThrowable(e));
      }
    });
  }

  private static CacheUse use(LookupResponse response) {
    return response.hasHit() ? Replay.use(response.getHit().getKind()) : CacheUse.MISS;
  }

  private void decide(CacheUse use) {
    RouteQuery query = pipeline.query(request, scope, analysis).rehearsal();
    Decision decision = pipeline.router.route(query, selector, catalog);
    decided.accept(new RouteOutcome(decision, use, firstTokens(decision), features(), query));
    scope.close();
  }

  private Map<String, ExpectedFirstToken> firstTokens(Decision decision) {
    Map<String, ExpectedFirstToken> known = new HashMap<>();
    for (Candidate candidate : decision.candidates()) {
      known.put(candidate.model().id(), pipeline.router.expectedFirstToken(candidate.model()));
    }
    return known;
  }

  private Map<String, Double> features() {
    Map<String, Double> features = new LinkedHashMap<>();
    AnalyzeResponse known = analysis;
    if (known != null) {
      for (FeatureValue feature : known.getFeaturesList()) {
        features.put(feature.getName(), feature.getValue());
      }
    }
    return features;
  }
}
