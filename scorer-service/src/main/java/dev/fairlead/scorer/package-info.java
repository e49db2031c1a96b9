/** Fairlead scorer service. */
@NullMarked
package dev.fairlead.scorer;

import org.jspecify.annotations.NullMarked;
