package dev.fairlead.catalog;

import dev.fairlead.common.config.ConfigSource.JsonDefaults;
import dev.fairlead.common.config.Expect;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is publicly known of a vendor's model.
 *
 * @param id the vendor's name
 * @param tier a suggestion; null for models that make no text
 * @param price null when it is not known
 * @param contextWindow tokens of prompt and answer together; 0 when unknown
 * @param maxOutputTokens tokens of an answer; 0 when unknown
 * @param note what a price cannot express; empty for most
 * @param source the page that states the facts
 * @param date when it, or a dated quotation of it, was read, such as 2026-11-21
 */
public record KnownModel(
    String id,
    @Nullable Tier tier,
    @Nullable PriceConfig price,
    long contextWindow,
    long maxOutputTokens,
    Set<Capability> capabilities,
    String note,
    String source,
    String date) {

  static final JsonDefaults DEFAULTS =
      new JsonDefaults(
          "{id: '', context_window: 0, max_output_tokens: 0, capabilities: [], note: '', source:"
              + " '', date: ''}");

  /** Rejects a missing name and sizes below 0. */
  public KnownModel {
    Expect.present("models[].id", id);
    Expect.range("models[" + id + "].context_window", contextWindow, 0, Long.MAX_VALUE);
    Expect.range("models[" + id + "].max_output_tokens", maxOutputTokens, 0, Long.MAX_VALUE);
    capabilities = Set.copyOf(capabilities);
  }

  /** As an entry of section {@code models}, served by a provider of that name. */
  public ModelConfig on(String provider) {
    return new ModelConfig(
        id, provider, id, tier, price, contextWindow, maxOutputTokens, capabilities);
  }
}
