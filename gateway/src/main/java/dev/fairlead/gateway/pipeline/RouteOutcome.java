package dev.fairlead.gateway.pipeline;

import dev.fairlead.gateway.routing.Decision;
import dev.fairlead.gateway.routing.ExpectedFirstToken;
import dev.fairlead.gateway.routing.RouteQuery;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a request would be served.
 *
 * @param cache what the cache would answer with: {@link CacheUse#HIT}, {@link CacheUse#SEMANTIC},
 *     {@link CacheUse#STALE}, or nothing; {@link CacheUse#BYPASS} when it would not be asked
 * @param query what routing was told of the request
 * @param firstTokens when a stream of each candidate is expected to begin, by catalogue id
 * @param features the prompt's features by name; empty when it was not scored
 */
public record RouteOutcome(
    Decision decision,
    CacheUse cache,
    Map<String, ExpectedFirstToken> firstTokens,
    Map<String, Double> features,
    RouteQuery query) {

  /** Copies, keeping the order. */
  public RouteOutcome {
    firstTokens = Map.copyOf(firstTokens);
    features = Collections.unmodifiableMap(new LinkedHashMap<>(features));
  }
}
