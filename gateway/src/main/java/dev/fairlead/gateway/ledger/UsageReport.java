package dev.fairlead.gateway.ledger;

import java.time.LocalDate;
import java.util.List;
import java.util.OptionalDouble;

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
   * @param worth quality and limits
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
      long cacheSavedNanoUsd,
      Worth worth) {

    /** Nothing. */
    static Line nothing(String name) {
      return new Line(name, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Worth.NONE);
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
          cacheSavedNanoUsd + other.cacheSavedNanoUsd,
          worth.plus(other.worth));
    }

    /** The same under another name. */
    Line named(String other) {
      return nothing(other).plus(this);
    }
  }

  /**
   * What requests were worth.
   *
   * @param qualityAnswers answers whose quality could be expected
   * @param qualitySum sum of their expected qualities, each 1 where the baseline's is
   * @param levelMet requests inside their limits of time and cost
   * @param levelMissed requests outside of one of them
   */
  public record Worth(long qualityAnswers, double qualitySum, long levelMet, long levelMissed) {

    static final Worth NONE = new Worth(0, 0, 0, 0);

    Worth plus(Worth other) {
      return new Worth(
          qualityAnswers + other.qualityAnswers,
          qualitySum + other.qualitySum,
          levelMet + other.levelMet,
          levelMissed + other.levelMissed);
    }

    /** Mean expected quality, 0 to 1; empty when there is none. */
    public OptionalDouble qualityRetention() {
      return qualityAnswers == 0
          ? OptionalDouble.empty()
          : OptionalDouble.of(qualitySum / qualityAnswers);
    }

    /** Share of requests inside their limits, 0 to 1; empty when none is known. */
    public OptionalDouble slaCompliance() {
      long all = levelMet + levelMissed;
      return all == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) levelMet / all);
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
