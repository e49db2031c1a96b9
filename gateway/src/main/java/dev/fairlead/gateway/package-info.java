/** Fairlead gateway. */
@NullMarked
package dev.fairlead.gateway;

import org.jspecify.annotations.NullMarked;
