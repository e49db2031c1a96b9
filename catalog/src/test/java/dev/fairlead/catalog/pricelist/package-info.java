/** Tests of price lists. */
@NullMarked
package dev.fairlead.catalog.pricelist;

import org.jspecify.annotations.NullMarked;
