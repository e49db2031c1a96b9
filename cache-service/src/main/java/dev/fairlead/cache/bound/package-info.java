/**
 * Decides from evidence whether a near entry that passed the vetoes is served: a fixed threshold,
 * or a controller that keeps the share of wrongly answered requests under a bound. Knows numbers
 * only, never texts or answers.
 */
@NullMarked
package dev.fairlead.cache.bound;

import org.jspecify.annotations.NullMarked;
