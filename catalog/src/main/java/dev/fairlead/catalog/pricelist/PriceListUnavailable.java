package dev.fairlead.catalog.pricelist;

import org.jspecify.annotations.Nullable;

/**
 * A price list could not be fetched: the network or its server, not the list, is at fault. Whoever
 * can do without the list goes on with a warning.
 */
public final class PriceListUnavailable extends RuntimeException {

  private static final long serialVersionUID = 1;

  PriceListUnavailable(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
