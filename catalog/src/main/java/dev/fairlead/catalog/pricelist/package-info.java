/**
 * Price lists that operators bring: LiteLLM's public file or one in the form of the shipped table,
 * from disk or from a URL. Which model takes which price is decided where providers are known.
 */
@NullMarked
package dev.fairlead.catalog.pricelist;

import org.jspecify.annotations.NullMarked;
