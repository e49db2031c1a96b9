package dev.fairlead.gateway.ledger;

import java.time.LocalDate;
import java.util.List;

/**
 * What was spent in a period.
 *
 * @param lines by what was asked for, dearest first; days in their order
 * @param total of the period; less than the lines' sum where a request counts for several tags
 * @param priceChanges models whose price was not the same all the time
 */
public record UsageReport(
    UsageQuery query, List<Line> lines, Line total, List<PriceChange> priceChanges) {

  /** Copies. */
  public UsageReport {
    lines = List.copyOf(lines);
    priceChanges = List.copyOf(priceChanges);
  }

  /**
   * Sums.
   *
   * @param name what they are of; empty for requests without one
   * @param requests that ended
   * @param errors of them that failed
   * @param cancelled of them whose client went away
   * @param cacheAnswers of them that the cache answered, coalesced ones included
   * @param estimated of them whose tokens no vendor reported
   * @param promptTokens cached ones included
   * @param costNanoUsd what was paid
   * @param baselineNanoUsd what the baseline would have cost
   * @param savedNanoUsd baseline less cost
   * @param cacheSavedNanoUsd the part of it that the cache saved
   */
  public record Line(
      String name,
      long requests,
      long errors,
      long cancelled,
      long cacheAnswers,
      long estimated,
      long promptTokens,
      long cachedPromptTokens,
      long completionTokens,
      long costNanoUsd,
      long baselineNanoUsd,
      long savedNanoUsd,
      long cacheSavedNanoUsd) {

    /** Nothing. */
    static Line nothing(String name) {
      return new Line(name, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** Both together, under this name. */
    Line plus(Line other) {
      return new Line(
          name,
          requests + other.requests,
          errors + other.errors,
          cancelled + other.cancelled,
          cacheAnswers + other.cacheAnswers,
          estimated + other.estimated,
          promptTokens + other.promptTokens,
          cachedPromptTokens + other.cachedPromptTokens,
          completionTokens + other.completionTokens,
          costNanoUsd + other.costNanoUsd,
          baselineNanoUsd + other.baselineNanoUsd,
          savedNanoUsd + other.savedNanoUsd,
          cacheSavedNanoUsd + other.cacheSavedNanoUsd);
    }

    /** The same under another name. */
    Line named(String other) {
      return nothing(other).plus(this);
    }
  }

  /**
   * A model's price from a day on, after another one.
   *
   * @param day the first day in UTC on which a request was billed by it
   * @param inputNanoUsdPerMillion price of input tokens
   * @param outputNanoUsdPerMillion price of output tokens
   */
  public record PriceChange(
      String model, LocalDate day, long inputNanoUsdPerMillion, long outputNanoUsdPerMillion) {}
}
