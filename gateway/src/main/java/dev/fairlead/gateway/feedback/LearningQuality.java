package dev.fairlead.gateway.feedback;

import dev.fairlead.gateway.quality.Expectation;
import dev.fairlead.gateway.scoring.ScorerClient;
import dev.fairlead.v1.LabelOrigin;

/**
 * Ratings as labels of the scorer: what a cheap model's answer lacked is what the baseline would
 * have gained, taking the baseline's answer for perfect. Answers of another tier, of a model that
 * the caller named, and of the cache say nothing about that.
 */
public final class LearningQuality implements QualitySink {

  private final QualitySink next;
  private final ScorerClient scorer;

  /** Tells {@code next}, too. */
  public LearningQuality(QualitySink next, ScorerClient scorer) {
    this.next = next;
    this.scorer = scorer;
  }

  @Override
  public void rated(ServedAnswer answer, double quality) {
    next.rated(answer, quality);
    Expectation expected = answer.expectation();
    if (expected != null
        && expected.gain() > 0
        && expected.propensity() > 0
        && answer.entryId().isEmpty()
        && !answer.prompt().isBlank()) {
      scorer.learn(
          new ScorerClient.Label(
              answer.tenant(),
              answer.prompt(),
              1 - quality,
              expected.propensity(),
              LabelOrigin.LABEL_ORIGIN_FEEDBACK));
    }
  }
}
