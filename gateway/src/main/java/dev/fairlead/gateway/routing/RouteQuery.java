package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.Capability;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What routing must know of a request.
 *
 * @param promptTokens estimated tokens of the whole prompt
 * @param promptCharacters characters of the last user text
 * @param maxOutputTokens most tokens the caller asked for, 0 when not said
 * @param choices number of answers, 1 or more
 * @param needs what the model must be able to do
 * @param complexity 0 to 1, empty when it is not known
 * @param maxCostNanoUsd the request's own cost cap, null when there is none
 * @param caller who asks, for what, and how long it may take
 * @param quality how good the answer must be
 */
public record RouteQuery(
    long promptTokens,
    long promptCharacters,
    int maxOutputTokens,
    int choices,
    Set<Capability> needs,
    OptionalDouble complexity,
    @Nullable Long maxCostNanoUsd,
    RouteCaller caller,
    QualityWish quality) {

  /** A query of nobody in particular. */
  public RouteQuery(
      long promptTokens,
      long promptCharacters,
      int maxOutputTokens,
      int choices,
      Set<Capability> needs,
      OptionalDouble complexity,
      @Nullable Long maxCostNanoUsd) {
    this(
        promptTokens,
        promptCharacters,
        maxOutputTokens,
        choices,
        needs,
        complexity,
        maxCostNanoUsd,
        RouteCaller.ANYONE,
        QualityWish.NONE);
  }

  /** Copies. */
  public RouteQuery {
    needs = Set.copyOf(needs);
  }

  /** The same query, of a request that will not be served. */
  public RouteQuery rehearsal() {
    return new RouteQuery(
        promptTokens,
        promptCharacters,
        maxOutputTokens,
        choices,
        needs,
        complexity,
        maxCostNanoUsd,
        caller,
        quality.rehearsal());
  }
}
