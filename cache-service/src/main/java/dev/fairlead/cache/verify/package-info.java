/**
 * Hard rules on texts: vetoes that refuse a near request although its embedding is close, one class
 * each, and the judge that says whether two answers say the same. Pure functions; no similarity, no
 * statistics.
 */
@NullMarked
package dev.fairlead.cache.verify;

import org.jspecify.annotations.NullMarked;
