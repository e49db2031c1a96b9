/**
 * How much may still be spent: money is reserved for a request before a model is asked, and what it
 * really cost is settled afterwards, so that requests at the same time cannot spend the same money.
 * Who has which budget is known to {@code keys}; what was spent, row by row, to {@code ledger}.
 */
@NullMarked
package dev.fairlead.gateway.budget;

import org.jspecify.annotations.NullMarked;
