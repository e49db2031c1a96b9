package dev.fairlead.catalog.pricelist;

import dev.fairlead.catalog.Capability;
import dev.fairlead.catalog.KnownModel;
import dev.fairlead.catalog.PriceConfig;
import dev.fairlead.catalog.Tier;
import dev.fairlead.common.config.ConfigSource.JsonDefaults;
import dev.fairlead.common.config.Expect;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model of a price list in our own form.
 *
 * @param provider the vendor, as the shipped table calls it
 */
record ListedModel(
    String id,
    String provider,
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
          "{id: '', provider: '', context_window: 0, max_output_tokens: 0, capabilities: [],"
              + " note: '', source: '', date: ''}");

  ListedModel {
    Expect.present("models[].provider", provider);
  }

  KnownModel known() {
    return new KnownModel(
        id, tier, price, contextWindow, maxOutputTokens, capabilities, note, source, date);
  }
}
