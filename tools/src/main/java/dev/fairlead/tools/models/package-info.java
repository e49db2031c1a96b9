/**
 * Commands about models: the table of known ones, importing a price list, checking the configured
 * ones. Prices themselves are the catalogue's, calling models the provider service's.
 */
@NullMarked
package dev.fairlead.tools.models;

import org.jspecify.annotations.NullMarked;
