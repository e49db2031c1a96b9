package dev.fairlead.tools.eval;

import dev.fairlead.tools.train.RoutingCurve;
import dev.fairlead.tools.train.ScoredPrompts;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A head's curve on one source in numbers.
 *
 * @param head which, as in the report
 * @param source of the prompts; {@code macro} for the mean over sources
 * @param prompts scored
 * @param apgr area under the curve; 0.5 is chance
 * @param cpt50 share of calls that closes half of the gap, 0 to 1; cpt80 accordingly
 * @param calls95 share of calls that keeps 95 % of the strong model's score, 0 to 1; calls99
 *     accordingly
 */
record RoutingResult(
    String head,
    String source,
    int prompts,
    double apgr,
    double cpt50,
    double cpt80,
    double calls95,
    double calls99) {

  /** The mean of several draws. */
  static RoutingResult of(String head, String source, List<ScoredPrompts> draws) {
    List<RoutingCurve> curves = draws.stream().map(ScoredPrompts::curve).toList();
    return new RoutingResult(
        head,
        source,
        draws.getFirst().scores().length,
        mean(curves, RoutingCurve::apgr),
        mean(curves, curve -> curve.callsToClose(0.5)),
        mean(curves, curve -> curve.callsToClose(0.8)),
        kept(draws, 0.95),
        kept(draws, 0.99));
  }

  /** The mean over sources, each counting the same. */
  static RoutingResult macro(String head, List<RoutingResult> results) {
    return new RoutingResult(
        head,
        "macro",
        results.stream().mapToInt(RoutingResult::prompts).sum(),
        mean(results, RoutingResult::apgr),
        mean(results, RoutingResult::cpt50),
        mean(results, RoutingResult::cpt80),
        mean(results, RoutingResult::calls95),
        mean(results, RoutingResult::calls99));
  }

  /** What is saved when all calls to the weak model cost {@code ratio} of those to the strong. */
  static double saving(double calls, double ratio) {
    return (1 - calls) * (1 - ratio);
  }

  private static double kept(List<ScoredPrompts> draws, double share) {
    return mean(draws, draw -> draw.curve().callsToKeep(draw.strong(), share));
  }

  private static <T> double mean(List<T> values, ToDoubleFunction<T> number) {
    return values.stream().mapToDouble(number).average().orElseThrow();
  }
}
