package dev.fairlead.gateway.routing;

import dev.fairlead.gateway.keys.Grants;
import dev.fairlead.gateway.slo.Traffic;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, for what, and how long it may take.
 *
 * @param route the model name that the client asked for
 * @param tenant owner of the request
 * @param promptClass what kind of answer is wanted and how long the prompt is
 * @param sticky what a canary's assignment sticks to, such as the end user's id; null when there is
 *     nothing and each request is assigned by itself
 * @param latencySlo longest time that the caller accepts for the answer, null for none
 * @param firstTokenSlo longest time that the caller accepts to the first token, null for none
 * @param perTokenSlo longest mean time between tokens that the caller accepts, null for none
 * @param grants what the caller may ask for
 */
public record RouteCaller(
    String route,
    String tenant,
    String promptClass,
    @Nullable String sticky,
    @Nullable Duration latencySlo,
    @Nullable Duration firstTokenSlo,
    @Nullable Duration perTokenSlo,
    Grants grants) {

  /** A caller who may ask for everything, of no known class. */
  public RouteCaller(
      String route,
      String tenant,
      @Nullable String sticky,
      @Nullable Duration latencySlo,
      @Nullable Duration firstTokenSlo) {
    this(route, tenant, "", sticky, latencySlo, firstTokenSlo, null, Grants.ALL);
  }

  /** Whether it says anything about time. */
  boolean hurries() {
    return latencySlo != null || firstTokenSlo != null || perTokenSlo != null;
  }

  /** What decides which objectives the request is under. */
  public Traffic traffic() {
    return new Traffic(route, tenant, promptClass);
  }

  /** Nobody in particular, who has all the time in the world. */
  public static final RouteCaller ANYONE = new RouteCaller("auto", "", null, null, null);
}
