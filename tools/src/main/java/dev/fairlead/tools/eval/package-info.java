/**
 * Measuring how well prompts are routed, against outcomes that were recorded. The heads, and how
 * they are fitted, are in {@code tools.train}.
 */
@NullMarked
package dev.fairlead.tools.eval;

import org.jspecify.annotations.NullMarked;
