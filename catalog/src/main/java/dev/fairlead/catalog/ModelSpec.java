package dev.fairlead.catalog;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model of the catalogue.
 *
 * @param id unique name that clients use and reports show
 * @param provider configured name of the provider that serves it
 * @param upstream the vendor's name of the model
 * @param tier null for a model that serves explicit requests only
 * @param price null when it is not known; such a model costs an unknown amount, never nothing
 * @param contextWindow most tokens of prompt and answer together; 0 when unknown
 * @param maxOutputTokens most tokens of an answer; 0 when unknown
 */
public record ModelSpec(
    String id,
    String provider,
    String upstream,
    @Nullable Tier tier,
    @Nullable Price price,
    long contextWindow,
    long maxOutputTokens,
    Set<Capability> capabilities) {

  /** Copies the set. */
  public ModelSpec {
    capabilities = Set.copyOf(capabilities);
  }

  /**
   * Cost of a request in nano-dollars; 0 when the price is unknown, which {@link #price} tells
   * apart.
   */
  public long costNanoUsd(TokenUsage usage) {
    return price == null ? 0 : price.costNanoUsd(usage);
  }
}
