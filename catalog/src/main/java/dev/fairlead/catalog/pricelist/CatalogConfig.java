package dev.fairlead.catalog.pricelist;

import dev.fairlead.common.config.Expect;
import java.net.URI;
import java.time.Duration;
import java.util.Set;

/**
 * Section {@code catalog}. The reference file says what each key means.
 *
 * @param priceFile empty for none
 * @param priceUrl empty for none
 */
public record CatalogConfig(String priceFile, String priceUrl, Duration priceUrlTimeout) {

  /** Rejects both at once, and addresses that are not http or https. */
  public CatalogConfig {
    Expect.positive("catalog.price_url_timeout", priceUrlTimeout);
    Expect.that(
        priceFile.isEmpty() || priceUrl.isEmpty(),
        "catalog.price_url",
        priceUrl,
        "nothing while catalog.price_file is set");
    Expect.that(
        priceUrl.isEmpty() || isWebAddress(priceUrl),
        "catalog.price_url",
        priceUrl,
        "an http or https URL");
  }

  private static boolean isWebAddress(String text) {
    try {
      URI uri = URI.create(text);
      return uri.getHost() != null
          && uri.getUserInfo() == null
          && Set.of("http", "https").contains(String.valueOf(uri.getScheme()));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
