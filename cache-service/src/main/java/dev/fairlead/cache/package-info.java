/** Fairlead cache service. */
@NullMarked
package dev.fairlead.cache;

import org.jspecify.annotations.NullMarked;
