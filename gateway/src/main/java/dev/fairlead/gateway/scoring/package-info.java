/** The time-boxed calls to the scorer service. */
@NullMarked
package dev.fairlead.gateway.scoring;

import org.jspecify.annotations.NullMarked;
