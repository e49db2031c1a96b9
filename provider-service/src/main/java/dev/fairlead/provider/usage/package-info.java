/**
 * Counting tokens where a vendor does not say how many there were, or says what cannot be. Reading
 * what vendors report is each adapter's; prices are the catalogue's.
 */
@NullMarked
package dev.fairlead.provider.usage;

import org.jspecify.annotations.NullMarked;
