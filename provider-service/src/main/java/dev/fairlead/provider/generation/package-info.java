/**
 * One request from its candidates to an answer: which model is tried, what is tried after a
 * failure, and the report of every try. How a single try is protected is {@code
 * provider.resilience}'s matter.
 */
@NullMarked
package dev.fairlead.provider.generation;

import org.jspecify.annotations.NullMarked;
