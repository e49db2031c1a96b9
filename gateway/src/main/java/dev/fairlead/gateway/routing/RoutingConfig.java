package dev.fairlead.gateway.routing;

import dev.fairlead.catalog.Tier;
import dev.fairlead.common.config.Expect;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code routing}.
 *
 * @param defaultPolicy policy of the model {@code auto}
 * @param simple complexity below which the cheap tier serves, 0 to 1
 * @param complex complexity from which on the quality tier serves, 0 to 1, at least {@code simple}
 * @param qualityTarget share of the baseline's quality that is enough, in the place of {@code
 *     simple} and {@code complex}; 0 for these
 * @param promptLength characters up to which {@code prompt_length} calls a prompt easy
 * @param fallbackTier tier when the complexity is not known
 * @param scoreTimeout time-box of the scorer
 * @param lookupTimeout time-box of a cache lookup that waits for nobody
 * @param expectedOutputTokens tokens of an answer for estimates
 * @param exploration share of the requests under {@code fastest_p95} that try models whose speed is
 *     not known, 0 to 1
 * @param explorationSamples answers from which on a model's speed is known
 * @param learningExploration share of the prompts under {@code complexity} that are not for the
 *     cheap tier and go there to be learned from, 0 to 0.5
 * @param weights weight by catalogue id for {@code weighted}, 0 or more
 * @param firstTokenMs when streams of models that were not measured are expected to begin
 * @param baseline catalogue id that savings are counted against, empty for the quality tier's first
 */
public record RoutingConfig(
    String defaultPolicy,
    double simple,
    double complex,
    double qualityTarget,
    int promptLength,
    Tier fallbackTier,
    Duration scoreTimeout,
    Duration lookupTimeout,
    int expectedOutputTokens,
    double exploration,
    int explorationSamples,
    double learningExploration,
    Map<String, Double> weights,
    FirstTokenMs firstTokenMs,
    String baseline) {

  /** Validates. */
  public RoutingConfig {
    Expect.that(
        PolicyName.of(defaultPolicy).isPresent(),
        "routing.default_policy",
        defaultPolicy,
        "one of " + PolicyName.labels());
    Expect.range("routing.simple", simple, 0.0, 1.0);
    Expect.range("routing.complex", complex, 0.0, 1.0);
    if (simple > complex) {
      // COMPLEXITY_THRESHOLD moves `complex` alone; a threshold below `simple` then means that
      // nothing is in between.
      simple = complex;
    }
    Expect.range("routing.quality_target", qualityTarget, 0.0, 1.0);
    Expect.range("routing.prompt_length", promptLength, 1, 10_000_000);
    Expect.positive("routing.score_timeout", scoreTimeout);
    Expect.positive("routing.lookup_timeout", lookupTimeout);
    Expect.range("routing.expected_output_tokens", expectedOutputTokens, 1, 1_000_000);
    Expect.range("routing.exploration", exploration, 0.0, 1.0);
    Expect.range("routing.exploration_samples", explorationSamples, 1, 1_000_000);
    Expect.range("routing.learning_exploration", learningExploration, 0.0, 0.5);
    weights = Map.copyOf(weights);
    weights.forEach((id, weight) -> Expect.range("routing.weights." + id, weight, 0.0, 1e9));
  }

  /**
   * Milliseconds to the first token by tier.
   *
   * @param cheap of the cheap tier, 1 to 600,000
   * @param standard of the standard tier and of models without one
   * @param quality of the quality tier
   */
  public record FirstTokenMs(double cheap, double standard, double quality) {

    private static final double LONGEST = 600_000;

    /** Validates. */
    public FirstTokenMs {
      Expect.range("routing.first_token_ms.cheap", cheap, 1, LONGEST);
      Expect.range("routing.first_token_ms.standard", standard, 1, LONGEST);
      Expect.range("routing.first_token_ms.quality", quality, 1, LONGEST);
    }

    /** Of a tier; null is none. */
    public double of(@Nullable Tier tier) {
      return switch (tier) {
        case CHEAP -> cheap;
        case QUALITY -> quality;
        case STANDARD -> standard;
        case null -> standard;
      };
    }
  }
}
