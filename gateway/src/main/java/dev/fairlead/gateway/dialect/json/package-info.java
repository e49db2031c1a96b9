/**
 * Strict JSON over bytes: one pass that checks well-formedness and notes where everything lies,
 * typed reads that name the field they refuse, and the canonical digest.
 *
 * <p>Nothing here knows a vendor's format. Writing JSON is Jackson's work and does not live here.
 */
@NullMarked
package dev.fairlead.gateway.dialect.json;

import org.jspecify.annotations.NullMarked;
